#pragma once
// Where passphrases and PINs come from: systemd's credentials, then the person at the terminal. Never an
// argument or an environment variable, which other processes can read.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace vedette::keystore {

inline constexpr std::size_t max_passphrase_size = 1024;

struct Question {
    std::string text;  ///< what the terminal shows, without the colon
    std::vector<std::string>
        credentials;      ///< names below $CREDENTIALS_DIRECTORY; the first that is there counts
    bool is_new = false;  ///< to be typed twice
    /// From 1 on only the terminal is asked: what the credential says was wrong.
    unsigned attempt = 0;
    bool unattended = false;  ///< credentials alone: nobody sits at the terminal any more
};

class Secrets {
  public:
    virtual ~Secrets() = default;
    /// not_found when there is nobody to ask, cancelled when nothing was answered. Blocking.
    virtual Result<Secret> ask(const Question& question) = 0;
};

/// Of this process. A credential's last newline does not count.
class SystemSecrets final : public Secrets {
  public:
    Result<Secret> ask(const Question& question) override;
};

}  // namespace vedette::keystore
