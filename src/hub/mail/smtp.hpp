#pragma once
// The client's side of SMTP (RFC 5321) with STARTTLS (RFC 3207) and AUTH PLAIN and LOGIN (RFC 4954), as far
// as it takes to hand over one message. Without I/O: replies in, actions out.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace vedette::hub::mail {

struct SmtpReply {
    unsigned code = 0;               ///< 200 to 599
    std::vector<std::string> lines;  ///< of text, without the code; at least one

    bool is_positive() const { return code < 400; }
};

/// Gathers bytes until a reply is whole. What a server says is bounded by the constants of smtp.cpp.
class SmtpReader {
  public:
    void feed(std::string_view bytes) { bytes_ += bytes; }
    /// The next reply; nullopt: more bytes are needed. Errors: corrupt (it is no reply), exhausted.
    Result<std::optional<SmtpReply>> next();
    /// Whether there are bytes behind the last reply.
    bool has_more() const { return !bytes_.empty(); }

  private:
    std::string bytes_;
    SmtpReply reply_;
};

/// What is to be handed over, and as whom.
struct SmtpJob {
    bool starttls = false;  ///< else TLS has begun already
    std::string name;       ///< of this machine, for EHLO
    std::string user;       ///< empty: no AUTH
    Secret password;
    std::string from;
    std::string to;
    std::string data;  ///< the message, whose lines end with CRLF
};

class SmtpDialogue {
  public:
    explicit SmtpDialogue(SmtpJob job) : job_(std::move(job)) {}

    struct Say {
        Secret bytes;
    };
    struct BeginTls {};
    struct Done {};  ///< the server has taken the message
    using Action = std::variant<Say, BeginTls, Done>;

    /// What to do after the server said `reply`, the greeting first. Errors, one sentence without the
    /// server's name: `forbidden` (it refuses us, or what we send), `unsupported` (it can't do what it
    /// takes), `unavailable` (not now), `corrupt`.
    Result<Action> take(const SmtpReply& reply);
    /// After BeginTls, once the server has been judged.
    Action tls_begun();

  private:
    enum class Stage : std::uint8_t {
        greeting,
        ehlo,
        starttls,
        auth_user,
        auth_password,
        auth,
        from,
        to,
        data,
        sent
    };
    Result<Action> after_ehlo(const SmtpReply& reply);
    Result<Action> authenticate();
    Action say(Stage next, std::string line);
    std::string refusal() const;

    SmtpJob job_;
    Stage stage_ = Stage::greeting;
    bool secure_ = false;
    bool has_starttls_ = false;
    bool has_plain_ = false;
    bool has_login_ = false;
};

}  // namespace vedette::hub::mail
