#pragma once
// Passkeys that users add to their own accounts, and remove.

#include <memory>
#include <string>
#include <vector>

#include "hub/identity/identity.hpp"

namespace vedette::hub::identity {

constexpr std::size_t max_passkeys = 20;

/// On the event loop of its Identity. Each call demands a decision about `manage_own_account` of a user, and
/// acts on that user. `host` is the header Host of the page's request. Refusals as those of Identity, and
/// forbidden for another decision.
class OwnPasskeys {
  public:
    template <class T>
    using Answer = Identity::Awaitable<std::expected<T, Refusal>>;

    OwnPasskeys(std::shared_ptr<Identity> identity, const Clock& clock)
        : identity_(std::move(identity)), clock_(&clock) {}

    /// What the browser takes to have a passkey made.
    struct Wanted {
        PasskeyRequest request;  ///< its credentials are those that there are, which must not be made again
        UserId user;             ///< becomes the user handle
        std::string username;
    };
    /// Refusals: conflict with max_passkeys, and where this page is opened by another name than the server's.
    Answer<Wanted> begin(policy::Authorised granted, Proof proof, std::string host, std::string address);
    struct Added {
        PasskeyId id;
        /// Of the first second factor; shown once.
        std::vector<Secret> recovery_codes;
    };
    /// Refusals: invalid_input and forbidden (what is wrong with the passkey), conflict (begin again; it is
    /// registered already; max_passkeys).
    Answer<Added> add(policy::Authorised granted, std::string name, webauthn::Registration registration);
    /// For Proof::passkey. As Identity::begin_passkey_proof().
    Answer<PasskeyRequest> begin_proof(policy::Authorised granted, std::string host,
                                       std::string purpose = {});
    struct Renamed {
        std::string before;
        std::string now;
    };
    /// Gives it another name. Refusals: not_found.
    Answer<Renamed> rename(policy::Authorised granted, PasskeyId passkey, std::string name);
    /// Returns its name. Refusals: not_found; conflict, when the organisation asks for a second factor and
    /// this is the last.
    Answer<std::string> remove(policy::Authorised granted, PasskeyId passkey, Proof proof,
                               std::string address);

  private:
    std::shared_ptr<Identity> identity_;
    const Clock* clock_;
};

}  // namespace vedette::hub::identity
