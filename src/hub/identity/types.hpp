#pragma once
// What identity tells the rest of the hub.

#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "crypto/digest.hpp"
#include "hub/policy/policy.hpp"
#include "webauthn/ceremony.hpp"

namespace vedette::hub::identity {

constexpr std::size_t token_bytes = 32;
constexpr std::size_t token_characters = token_bytes * 2;

/// SHA-256 of a session's token: how a session is named everywhere but in the cookie.
using SessionDigest = crypto::Sha256Digest;

struct Session {
    SessionDigest digest{};
    policy::User user;
    UtcTime created{};
    UtcTime last_used{};
    UtcTime expires{};    ///< the earlier of the idle and the absolute limit
    std::string address;  ///< where it began
    std::string client;   ///< what the browser said of itself; may be empty
};

/// How a session is named to people: no way leads from it to a token.
std::string public_id(const SessionDigest& digest);

/// By what somebody was let in: what lasts is decided again with it.
using Credential = std::variant<SessionDigest, ApiTokenId>;

/// From where somebody signs in.
struct Peer {
    std::string address;
    std::string client;  ///< the header User-Agent; cut to max_client_bytes
};
constexpr std::size_t max_client_bytes = 200;
/// What a browser says of itself, for people to read.
std::string printable_client(std::string_view text);

/// A session that has just begun. The token goes into the cookie and nowhere else.
struct SignedIn {
    Secret token;
    Session session;
};

/// The password was right, and a second factor is asked for. The token is good for a few minutes and a few
/// tries.
struct SecondFactorNeeded {
    Secret token;
    bool takes_code = false;  ///< of an authenticator app, or a recovery code
    bool takes_passkey = false;
    bool takes_mail_code = false;  ///< of send_mail_code()
};

/// A code on its way to a user.
struct CodeToSend {
    std::string address;
    std::string user;  ///< the name
    Secret code;
};
/// All own factors were right, and a second person has to let the user in (sign_in_approval.cpp).
struct SecondPersonNeeded {
    Secret token;  ///< for whoever waits, and nobody else
    policy::User user;
    UtcTime expires{};
};
using SignInStep = std::variant<SignedIn, SecondFactorNeeded, SecondPersonNeeded>;

using PasskeyId = Id<struct PasskeyTag>;

/// What a browser takes to let somebody use a passkey.
struct PasskeyRequest {
    Bytes challenge;
    std::string rp_id;
    std::vector<Bytes> credential_ids;  ///< to choose from; empty: whatever there is
};
struct SignedInByPasskey {
    SignInStep step;      ///< never SecondFactorNeeded
    std::string passkey;  ///< its name
};

/// By which somebody who is signed in shows to be the same person still: the password, and where the account
/// has a second factor, that as well.
struct Proof {
    Secret password;
    std::string code;  ///< of an authenticator app, or a recovery code
    std::optional<webauthn::Assertion> passkey{};
};

/// Why somebody was not let in.
struct Refusal {
    Error error;
    std::string field;                                ///< the input that is wrong, or empty
    std::optional<std::chrono::seconds> retry_after;  ///< set when waiting helps
    std::string kind{};  ///< a word that says more than the error's kind, or empty
    std::string who{};   ///< whose account it was about, where that is certain: for the audit log alone

    // NOLINTNEXTLINE(google-explicit-constructor): an Error is a refusal without a field
    Refusal(Error e, std::string f = {}, std::optional<std::chrono::seconds> retry = {})
        : error(std::move(e)), field(std::move(f)), retry_after(retry) {}
};

/// For maps by the digest of a token: it is uniformly distributed, and a guess at a bucket needs the token.
struct DigestHash {
    std::size_t operator()(const crypto::Sha256Digest& digest) const {
        std::size_t value = 0;
        std::memcpy(&value, digest.data(), sizeof value);
        return value;
    }
};

inline crypto::Sha256Digest digest_of(std::string_view text) {
    return crypto::sha256(as_bytes(text));
}

}  // namespace vedette::hub::identity
