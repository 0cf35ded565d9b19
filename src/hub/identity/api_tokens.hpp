#pragma once
// What users do with the API tokens of their own accounts. Those of others are Administration's.

#include <chrono>
#include <memory>
#include <string>

#include "hub/identity/identity.hpp"

namespace vedette::hub::identity {

constexpr std::size_t max_api_tokens = 50;  ///< of one user
constexpr std::size_t max_api_token_cameras = 1024;
constexpr std::chrono::days shortest_api_token{1};
constexpr std::chrono::days longest_api_token{365};
constexpr std::chrono::days usual_api_token{90};

struct NewApiToken {
    std::string name;
    policy::TokenScope scope;
    policy::ClientKind kind = policy::ClientKind::api;  ///< not web
    std::optional<crypto::Sha256Digest> certificate{};  ///< that it is bound to
    std::chrono::days lifetime = usual_api_token;       ///< shortest_api_token to longest_api_token
};

/// Whether that account can have a token with this scope, at the moment of a change. Errors: not_found,
/// forbidden while a second factor has to be set up, invalid_input with the field.
Result<> check_new_token(const Roster& roster, UserId user, const policy::TokenScope& scope);
/// What can be said of it without an account. Errors: invalid_input with the field.
Result<> check_scope(const policy::TokenScope& scope);

/// On the event loop of its Identity. Each call demands a decision about `manage_own_account` of a user who
/// is signed in, and acts on that user; refusal forbidden for another.
class ApiTokens {
  public:
    template <class T>
    using Answer = Identity::Awaitable<std::expected<T, Refusal>>;

    ApiTokens(std::shared_ptr<Identity> identity, const Clock& clock)
        : identity_(std::move(identity)), clock_(&clock) {}

    /// What a token of that user can be given: what the user was given anywhere, at any time.
    policy::RightSet may_have(UserId user) const;

    struct Made {
        Secret text;  ///< shown once, and kept nowhere
        ApiToken token;
    };
    /// Refusals: invalid_input with the field, conflict when there are too many or one of that name,
    /// forbidden while the user must set up a second factor; and those of Identity::check_proof().
    Answer<Made> make(policy::Authorised granted, NewApiToken wanted, Proof proof, std::string address);
    /// Refusal: not_found.
    Answer<void> revoke(policy::Authorised granted, ApiTokenId token);

  private:
    std::shared_ptr<Identity> identity_;
    const Clock* clock_;
};

}  // namespace vedette::hub::identity
