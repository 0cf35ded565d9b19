#pragma once
// The API tokens that there are, in memory, so that a request is authenticated without touching the disk.

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "hub/identity/types.hpp"

namespace vedette::hub::identity {

struct ApiToken {
    ApiTokenId id;
    crypto::Sha256Digest digest{};  ///< of its text, which is kept nowhere; of a device: of nothing
    UserId user;
    std::string name;
    policy::TokenScopePtr scope;
    policy::ClientKind kind = policy::ClientKind::api;
    /// SHA-256 of the certificate (DER) that has to be shown with it (RFC 8705); nullopt: none.
    std::optional<crypto::Sha256Digest> certificate{};
    bool device = false;  ///< the certificate alone is what it takes
    UtcTime created{};
    UtcTime expires{};
    std::optional<UtcTime> last_used{};
    std::string address{};  ///< of the last use
    /// When the certificate ends that was shown at the last use.
    std::optional<UtcTime> certificate_until{};
    std::optional<UtcTime> written_use{};  ///< the last use that is on disk, or on its way there
};

/// Use from one thread.
class ApiTokenTable {
  public:
    void add(ApiToken token);
    /// Those that have expired as well. Valid until the next change; nullptr: there is none.
    ApiToken* find(const crypto::Sha256Digest& digest);
    ApiToken* find(ApiTokenId id);
    /// The device with that certificate.
    ApiToken* find_device(const crypto::Sha256Digest& certificate);
    bool remove(ApiTokenId id);
    /// Removes those that `which` (a predicate of ApiToken) says.
    template <class Which>
    void remove_if(Which which) {
        std::vector<ApiTokenId> ended;
        for (const auto& [digest, token] : tokens_)
            if (which(token)) ended.push_back(token.id);
        for (const ApiTokenId& id : ended) remove(id);
    }
    /// The latest made first.
    std::vector<ApiToken> of_user(UserId user) const;
    /// Those that sign in by a certificate alone, in order of name.
    std::vector<ApiToken> devices() const;

  private:
    std::unordered_map<crypto::Sha256Digest, ApiToken, DigestHash> tokens_;
    std::unordered_map<ApiTokenId, crypto::Sha256Digest> digests_;
    std::unordered_map<crypto::Sha256Digest, ApiTokenId, DigestHash> devices_;  ///< by certificate
};

}  // namespace vedette::hub::identity
