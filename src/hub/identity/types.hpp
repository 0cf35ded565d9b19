#pragma once
// What identity tells the rest of the hub.

#include <chrono>
#include <optional>
#include <string>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "crypto/digest.hpp"
#include "hub/policy/policy.hpp"

namespace vedette::hub::identity {

/// SHA-256 of a session's token: how a session is named everywhere but in the cookie.
using SessionDigest = crypto::Sha256Digest;

struct Session {
    SessionDigest digest{};
    policy::User user;
    UtcTime created{};
    UtcTime last_used{};
    UtcTime expires{};  ///< the earlier of the idle and the absolute limit
};

/// A session that has just begun. The token goes into the cookie and nowhere else.
struct SignedIn {
    Secret token;
    Session session;
};

/// Why somebody was not let in.
struct Refusal {
    Error error;
    std::string field;                                ///< the input that is wrong, or empty
    std::optional<std::chrono::seconds> retry_after;  ///< set when waiting helps

    // NOLINTNEXTLINE(google-explicit-constructor): an Error is a refusal without a field
    Refusal(Error e, std::string f = {}, std::optional<std::chrono::seconds> retry = {})
        : error(std::move(e)), field(std::move(f)), retry_after(retry) {}
};

}  // namespace vedette::hub::identity
