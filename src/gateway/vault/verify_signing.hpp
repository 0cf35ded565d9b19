#pragma once
// Which key signed which stretch of the log, and whether each key vouched for the next one.

#include <functional>
#include <map>

#include "crypto/merkle.hpp"
#include "gateway/vault/signing_files.hpp"

namespace vedette::vault {

/// Entries [first, end) of the log; its own key has signed all of them.
struct SignedStretch {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    SigningState state = SigningState::own_key;
    std::string vkey;              ///< of the key in a token or TPM that has signed them as well; else empty
    std::optional<UtcTime> since;  ///< of the entry that says so
    friend bool operator==(const SignedStretch&, const SignedStretch&) = default;
};

/// For people: "PKCS#11 token, Ed25519".
std::string describe(const SignedStretch& stretch);

class SigningCheck {
  public:
    /// Reads signing/.
    explicit SigningCheck(const Layout& layout);

    /// To be called before the log's first entry and after each, with every reading of it that may be true.
    void compare(const crypto::MerkleFrontier& reading);

    /// `changes`: the log's entries about signing keys, by their index. `own`: the log's own key. `trusted`:
    /// the key in a token or TPM that the caller trusts; empty: none. Gives one sentence or two for each
    /// fault, with the file that it is about.
    void judge(const std::map<std::uint64_t, SigningChange>& changes, std::uint64_t size,
               const crypto::NoteKey& own, const std::string& trusted,
               const std::function<void(const std::filesystem::path&, std::string)>& fault);

    /// After judge(): all entries, in their order.
    const std::vector<SignedStretch>& stretches() const { return stretches_; }

  private:
    /// A checkpoint that was kept, and whether the log goes on from it.
    struct Kept {
        std::string note;
        crypto::Checkpoint checkpoint;
        bool is_good = false;
    };
    struct Proof {
        std::string vkey;
        Kept kept;
        std::string error;  ///< else empty
    };
    static std::optional<Kept> kept_of(std::string note);
    const std::string* vkey_of(const crypto::Sha256Digest& digest) const;
    std::string fault_of_change(std::uint64_t entry, const std::string& before, const std::string& next,
                                const crypto::NoteKey& own) const;
    void leave_unsigned(const std::string& key, std::uint64_t signed_end);
    std::uint64_t signed_end(const std::string& vkey, std::uint64_t size, std::string& reason) const;

    const Layout layout_;
    SigningFiles files_;
    std::map<std::uint64_t, Proof> proofs_;
    std::optional<Kept> newest_;
    std::string newest_error_;
    std::vector<SignedStretch> stretches_;
};

}  // namespace vedette::vault
