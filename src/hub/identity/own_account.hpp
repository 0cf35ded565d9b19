#pragma once
// What users do to their own accounts: passwords, authenticator apps, sessions.

#include <memory>
#include <string>
#include <vector>

#include "hub/identity/identity.hpp"

namespace vedette::hub::identity {

constexpr std::size_t recovery_code_count = 10;

/// Whose own account a decision about `manage_own_account` is about. Refusals: forbidden for another
/// decision.
std::expected<policy::User, Refusal> owner_of(const policy::Authorised& granted);

struct RecoveryCodes {
    std::vector<Secret> codes;  ///< to be shown once
    std::vector<crypto::Sha256Digest> digests;
};
RecoveryCodes make_recovery_codes();

/// Whether a second factor of that account may go. Error: conflict, when the organisation asks for one and
/// there is no other.
Result<> may_go_without(const Roster& roster, const Account& account, bool has_another);

/// On the event loop of its Identity. Each call demands a decision about `manage_own_account` of a user, and
/// acts on that user. Refusals as those of Identity, and forbidden for another decision.
class OwnAccount {
  public:
    template <class T>
    using Answer = Identity::Awaitable<std::expected<T, Refusal>>;

    OwnAccount(std::shared_ptr<Identity> identity, const Clock& clock)
        : identity_(std::move(identity)), clock_(&clock) {}

    /// What the app takes: the secret in base 32, and the same as an otpauth URI (Key Uri Format of Google
    /// Authenticator, which all apps read), which the client shows as a QR code.
    struct NewAuthenticator {
        Secret secret;
        Secret uri;
    };
    /// Not while there is an authenticator (conflict).
    Answer<NewAuthenticator> begin_authenticator(policy::Authorised granted, Proof proof,
                                                 std::string address);
    /// Takes a code of it: from then on sign-in asks for one. Returns the recovery codes, which are shown
    /// once; those of before are gone.
    Answer<std::vector<Secret>> confirm_authenticator(policy::Authorised granted, std::string code);
    /// Refused (conflict) where there is none, and where the organisation asks for a second factor and there
    /// is no passkey.
    Answer<void> remove_authenticator(policy::Authorised granted, Proof proof, std::string address);
    /// Takes the old one, and where there is an authenticator or a passkey, that as well; ends the user's
    /// other sessions.
    Answer<void> change_password(policy::Authorised granted, SessionDigest session, Proof proof,
                                 Secret new_password, std::string address);
    /// Begins with another mail address, whose code is to be sent; confirmed by Identity. Refusals as
    /// Identity::begin_mail_address().
    Answer<CodeToSend> begin_mail_address(policy::Authorised granted, std::string mail, Proof proof,
                                          std::string address);
    /// What was the address. Refused (conflict) where it is the second factor that the organisation asks for.
    Answer<std::string> remove_mail_address(policy::Authorised granted, Proof proof, std::string address);
    /// Ends the session of that public_id(), or with an empty one all but `session`. not_found when there is
    /// none.
    Answer<void> end_session(policy::Authorised granted, SessionDigest session, std::string id);

  private:
    std::shared_ptr<Identity> identity_;
    const Clock* clock_;
};

}  // namespace vedette::hub::identity
