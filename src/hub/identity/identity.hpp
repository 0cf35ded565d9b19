#pragma once
// Who somebody is and what was given to whom: users and their passwords, roles, the claim of a new
// installation, sessions, API tokens, the metrics token.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "crypto/certificates.hpp"
#include "crypto/password.hpp"
#include "hub/identity/api_token_table.hpp"
#include "hub/identity/ceremonies.hpp"
#include "hub/identity/directory.hpp"
#include "hub/identity/passkey_table.hpp"
#include "hub/identity/roster.hpp"
#include "hub/identity/sent_code.hpp"
#include "hub/identity/session_table.hpp"
#include "hub/identity/throttle.hpp"
#include "hub/identity/types.hpp"

namespace vedette::hub::identity {

struct Options {
    std::filesystem::path directory;  ///< DATA/hub; created with mode 0700
    crypto::PasswordCost cost;
    /// Argon2id computations at once, of Options::cost memory each, and how many more may wait.
    std::size_t hashing_threads = 2;
    std::size_t hashing_queue = 16;
};

/// Use from one thread, that of the event loop: everything that blocks runs on threads of its own. Its
/// coroutines keep what they need alive, so that it may go while they are under way.
class Identity : public std::enable_shared_from_this<Identity> {
  public:
    template <class T>
    using Awaitable = boost::asio::awaitable<T>;

    /// Opens DATA/hub/identity.sqlite and DATA/hub/metrics.token, or makes them; while nobody has claimed the
    /// installation, makes a new claim code. Blocking. `clock` outlives the object.
    static Result<std::shared_ptr<Identity>> open(Options options, const Clock& clock);
    ~Identity();

    OrganisationId organisation() const { return organisation_; }
    bool claimed() const { return claim_digest_ == std::nullopt; }
    /// For the console of who started the program; nullopt once claimed. It is not kept elsewhere.
    std::optional<std::string_view> claim_code() const;

    /// Makes the first administrator. Refusals: conflict (claimed already), forbidden on field `code`,
    /// invalid_input on `username` or `password`, exhausted with retry_after.
    Awaitable<std::expected<SignedIn, Refusal>> claim(std::string code, std::string username, Secret password,
                                                      Peer peer);
    /// Refusals: unauthenticated (without saying whether the name or the password is wrong), exhausted with
    /// retry_after.
    Awaitable<std::expected<SignInStep, Refusal>> sign_in(std::string username, Secret password, Peer peer);
    /// The code of an authenticator app or a recovery code, after sign_in() asked for it. Refusals:
    /// unauthenticated (begin again), forbidden on field `code`, exhausted with retry_after.
    Awaitable<std::expected<SignInStep, Refusal>> give_second_factor(std::string token, std::string code,
                                                                     Peer peer);
    /// The name of who is asked for a second factor by that token; empty when nobody is.
    std::string challenged(std::string_view token) const;
    /// Takes an invitation, which is for one password, and signs in; ends the user's other sessions.
    /// Refusals: forbidden on field `code` (without saying whether the name is wrong), invalid_input on
    /// `password`, exhausted with retry_after.
    Awaitable<std::expected<SignInStep, Refusal>> accept_invitation(std::string username, std::string code,
                                                                    Secret password, Peer peer);
    /// The code of a sealed envelope, which is used with this: of a break-glass account, without a name, a
    /// second factor or a second person. Everybody hears of it: a warning in the log, an alarm in the audit
    /// log, a banner. Refusals: forbidden on field `code`, exhausted with retry_after.
    Awaitable<std::expected<SignedIn, Refusal>> break_glass(std::string code, Peer peer);
    bool is_break_glass(UserId user) const;
    /// For somebody who is signed in already. Refusals: forbidden on field `password` or `code`, exhausted
    /// with retry_after. A code is taken by this.
    Awaitable<std::expected<void, Refusal>> check_password(UserId user, Secret password, std::string address);
    Awaitable<std::expected<void, Refusal>> check_second_factor(UserId user, std::string code,
                                                                std::string address);
    /// Refusals: as both, and forbidden on field `passkey`.
    Awaitable<std::expected<void, Refusal>> check_proof(UserId user, Proof proof, std::string address);
    /// A second factor alone, given for one action: the proof's password does not matter. Refusals: as
    /// check_proof(), and conflict for an account that has none.
    /// A passkey's challenge must be of begin_passkey_proof() with the same `purpose`.
    Awaitable<std::expected<void, Refusal>> check_step_up(UserId user, Proof proof, std::string address,
                                                          std::string purpose = {});

    // ---- codes that are sent by mail (mail_codes.cpp). Sending is held back for each user, each network and
    // all together: exhausted with retry_after.

    /// A code for the sign-in of that token, and for no other. Refusals: unauthenticated (begin again),
    /// conflict when that account takes none.
    Awaitable<std::expected<CodeToSend, Refusal>> send_mail_code(std::string token, std::string address);
    /// A code for check_proof() of a user who takes one. Refusals: conflict.
    Awaitable<std::expected<CodeToSend, Refusal>> send_mail_proof(UserId user, std::string address);
    /// That a message may go out for that user now, which counts as sent. Refusals: exhausted with
    /// retry_after.
    std::expected<void, Refusal> begin_sending(UserId user, std::string_view address);
    /// A code to `mail`, which is the user's address once it came back; after begin_sending().
    std::expected<CodeToSend, Refusal> begin_mail_address(UserId user, std::string mail);
    /// Refusals: forbidden on field `code`. Returns the address that it was before, or nothing.
    Awaitable<std::expected<std::optional<std::string>, Refusal>> confirm_mail_address(UserId user,
                                                                                       std::string code,
                                                                                       std::string address);
    /// nullopt: the user has none.
    Awaitable<Result<std::optional<std::string>>> mail_address_of(UserId user);

    // ---- sign-ins that wait for a second person (sign_in_approval.cpp); `waiting` is SHA-256 of the token

    bool waits(const crypto::Sha256Digest& waiting) const;
    /// Demands a decision about `approve_over_organisation` of another user. Errors: forbidden, not_found
    /// when it does not wait (any more).
    Result<> let_in(const crypto::Sha256Digest& waiting, const policy::Authorised& granted);
    Result<> turn_away(const crypto::Sha256Digest& waiting, const policy::Authorised& granted);
    /// Begins the session of a sign-in that somebody has let in, who is active still. It is over with this.
    /// Refusals: unauthenticated (begin again), conflict while it waits.
    Awaitable<std::expected<SignedIn, Refusal>> finish_sign_in(std::string token);

    // ---- passkeys (passkey_use.cpp)

    /// Where browsers find this server: passkeys are made and taken there alone. Until it is called, nowhere.
    void serve_at(std::vector<webauthn::Place> places);
    /// Of a page that was asked for with that header Host. Refusals: conflict, with the address to open.
    std::expected<webauthn::Place, Refusal> place_of_page(std::string_view host) const;
    /// For sign_in_with_passkey(): of whoever has a passkey, of the user of that name, or with the token of
    /// SecondFactorNeeded of the user whose password it was. That there is no such user is not told. Refusals
    /// as place_of_page(), unauthenticated (begin again), and conflict, where that user has none for this
    /// name of the server.
    Awaitable<std::expected<PasskeyRequest, Refusal>> begin_passkey_sign_in(std::string username,
                                                                            std::string token,
                                                                            std::string host,
                                                                            std::string address);
    /// A passkey counts as both factors. Refusals: unauthenticated (begin again; there is no such passkey, or
    /// its signature is wrong; there is a copy of it), forbidden and invalid_input (what is wrong with what
    /// was said), exhausted with retry_after.
    Awaitable<std::expected<SignedInByPasskey, Refusal>> sign_in_with_passkey(webauthn::Assertion assertion,
                                                                              Peer peer);
    /// For Proof::passkey; good for nothing but `purpose` (empty: a proof about the own account).
    Awaitable<std::expected<PasskeyRequest, Refusal>> begin_passkey_proof(UserId user, std::string host,
                                                                          std::string purpose);
    /// For OwnPasskeys: begins a ceremony, whose request names the passkeys of its user.
    Awaitable<std::expected<PasskeyRequest, Refusal>> request_passkey(Ceremony ceremony, std::string owner,
                                                                      bool by_stranger);
    struct Registered {
        webauthn::NewCredential credential;
        std::string rp_id;
    };
    /// Ends the ceremony of a registration of that user.
    std::expected<Registered, Refusal> take_registration(UserId user, webauthn::Registration registration);
    Awaitable<Result<std::vector<Passkey>>> passkeys_of(UserId user);

    /// What a new password is kept as. Refusals: exhausted with retry_after.
    Awaitable<std::expected<std::string, Refusal>> hash_password(Secret password);
    /// Ends the session, in memory at once and on disk before it returns.
    Awaitable<Result<>> sign_out(SessionDigest digest);

    /// As it was after the last change that came back.
    const Roster& roster() const { return *roster_; }
    /// nullopt when there is none, or it is suspended.
    std::optional<policy::User> user(UserId id) const;
    /// Directory::change(), after which all sessions have their users' new rights; those of users who are
    /// gone or suspended have ended. Changes happen one after the other.
    using Change = std::function<Result<>(store::Database&, const Roster&)>;
    /// For changes, which run where it may be used.
    const std::shared_ptr<Directory>& directory() const { return directory_; }
    Awaitable<Result<>> change(Change body);
    /// Ends a user's sessions, all but `except`. For those who are to sign in anew.
    void end_sessions(UserId user, std::optional<SessionDigest> except = {});
    /// The living sessions of a user, the latest used first.
    std::vector<Session> sessions_of(UserId user) const;
    /// How many each user has; those without are left out.
    std::unordered_map<UserId, std::size_t> session_counts() const;

    /// The living session of a cookie's value, which counts as used.
    std::optional<Session> use(std::string_view token);
    /// The session with its user's present rights if it is alive still, else nullptr; `used` says that its
    /// user is there. Valid until the next call of anything.
    const Session* find(const SessionDigest& digest, bool used);
    bool is_metrics_token(std::string_view token) const;

    /// Who acts by the API token `text`, which counts as used from `address`. `certificate` is the one that
    /// the client showed, and whose private key it has. Refusals: unauthenticated with
    /// what is wrong with it; exhausted with retry_after once one address has sent many that are wrong.
    std::expected<policy::ApiClient, Refusal> use_api_token(
        std::string_view text, const std::string& address,
        const std::optional<crypto::ClientCertificate>& certificate = {});
    /// Who acts by a certificate alone, whose private key the client has shown to have. Refusals likewise.
    std::expected<policy::ApiClient, Refusal> use_device(const crypto::ClientCertificate& certificate,
                                                         const std::string& address);
    /// Who is there by that credential at this moment, with present rights; nullopt when it has ended. `used`
    /// says that it counts as use.
    std::optional<policy::Principal> present(const Credential& credential, bool used);
    /// Also one that has expired; nullptr: there is none. Valid until the next call of anything.
    const ApiToken* find_api_token(ApiTokenId id) { return api_tokens_.find(id); }
    /// When it ends; for an API token for good, for a session unless it is used.
    UtcTime end_of(const Credential& credential);
    /// Those of a user, also those that have expired; the latest made first.
    std::vector<ApiToken> api_tokens_of(UserId user) const { return api_tokens_.of_user(user); }
    /// Those that sign in by a certificate alone, in order of name.
    std::vector<ApiToken> devices() const { return api_tokens_.devices(); }
    /// In memory, as the database has it already: for who makes and revokes them.
    void keep_api_token(ApiToken token);
    void forget_api_token(ApiTokenId token) { api_tokens_.remove(token); }
    void forget_api_tokens(UserId user);

    const SessionLimits& session_limits() const { return sessions_.limits(); }
    std::size_t session_count() const { return sessions_.size(); }

  private:
    Identity(Options options, const Clock& clock, Directory directory);
    Result<> start();
    Result<> renew_claim_code();
    bool enter_hashing();
    void note_use(const Session& session);
    void note_use(ApiToken& token, const std::string& address);
    std::optional<policy::ApiClient> client_of(const ApiToken& token) const;
    bool shows(const std::optional<crypto::ClientCertificate>& shown,
               const crypto::Sha256Digest& wanted) const;
    void forget_on_disk(std::vector<SessionDigest> ended);
    void adopt(Roster roster);
    Awaitable<std::expected<SignedIn, Refusal>> begin_session(UserId user, Peer peer);
    /// begin_session(), unless a second person has to let that user in.
    Awaitable<std::expected<SignInStep, Refusal>> admit(UserId user, Peer peer);
    Awaitable<std::expected<CodeToSend, Refusal>> code_to(UserId user, Secret code);
    /// A code that was sent for a sign-in or a proof; held back like codes of an app.
    std::expected<void, Refusal> check_sent_code(UserId user, std::optional<SentCode>& sent,
                                                 std::string_view code, std::string_view address);
    SecondPersonNeeded begin_waiting(policy::User user, Peer peer);
    struct Waiting;
    Waiting* find_waiting(const crypto::Sha256Digest& waiting);
    Result<Waiting*> answerable(const crypto::Sha256Digest& waiting, const policy::Authorised& granted);
    struct Verified {
        bool matches = false;
        std::optional<std::string> new_phc;  ///< the cost has changed
    };
    Awaitable<std::expected<Verified, Refusal>> verify(std::string phc, Secret password);
    SecondFactorNeeded begin_challenge(UserId user);
    struct PasskeyUsed {
        UserId user;
        std::string name;
        std::optional<crypto::Sha256Digest> password_challenge;
    };
    Awaitable<std::expected<PasskeyUsed, Refusal>> take_passkey(webauthn::Assertion assertion,
                                                                std::optional<UserId> prover,
                                                                std::string address, std::string purpose);
    Refusal passkey_copied(const Passkey& passkey, std::uint32_t count) const;

    Options options_;
    const Clock& clock_;
    std::shared_ptr<Directory> directory_;  // used on disk_ alone once started
    OrganisationId organisation_;
    std::shared_ptr<const Roster> roster_;
    std::map<UserId, policy::User> users_;  ///< of the roster, those who may be signed in
    SessionTable sessions_;
    ApiTokenTable api_tokens_;
    Throttle throttle_;
    /// Of messages: three at once, one more each minute, for a user or a network; and 60, one each 10 s, for
    /// all.
    Throttle sending_throttle_{{.attempts_burst = 3, .attempt_refill = std::chrono::seconds(60)}};
    Throttle all_sending_throttle_{{.attempts_burst = 60, .attempt_refill = std::chrono::seconds(10)}};
    Throttle api_token_throttle_;  ///< its own: a program that lost its token keeps nobody from signing in
    std::map<SessionDigest, UtcTime> persisted_use_;
    /// The password was right; by the SHA-256 of the token.
    struct Challenge {
        UserId user;
        MonotonicTime expires;
        unsigned tries = 0;
        std::optional<SentCode> sent{};
    };
    std::map<crypto::Sha256Digest, Challenge> challenges_;
    /// All factors were right; by the SHA-256 of the token.
    struct Waiting {
        UserId user;
        Peer peer;
        MonotonicTime expires;
        std::optional<UserId> let_in_by;
    };
    std::map<crypto::Sha256Digest, Waiting> waiting_;
    struct NewAddress {
        std::string address;
        SentCode code;
    };
    std::map<UserId, NewAddress> new_addresses_;
    std::map<UserId, SentCode> proof_codes_;
    std::vector<webauthn::Place> places_;
    // Apart, so that a flood of strangers ends no ceremony of somebody who is signed in.
    Ceremonies sign_in_ceremonies_{{.total = 4'096, .each_owner = 64}};
    Ceremonies own_ceremonies_{{.total = 1'024, .each_owner = 8}};
    std::string unusable_phc_;
    std::size_t hashing_ = 0;
    Secret claim_code_;
    std::optional<crypto::Sha256Digest> claim_digest_;
    crypto::Sha256Digest metrics_digest_{};
    boost::asio::thread_pool hashers_;
    boost::asio::thread_pool disk_;
};

}  // namespace vedette::hub::identity
