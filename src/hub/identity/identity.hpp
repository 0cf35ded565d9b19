#pragma once
// Who somebody is: users and their passwords, the claim of a new installation, sessions, the metrics token.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "crypto/password.hpp"
#include "hub/identity/directory.hpp"
#include "hub/identity/session_table.hpp"
#include "hub/identity/throttle.hpp"
#include "hub/identity/types.hpp"

namespace vedette::hub::identity {

struct Options {
    std::filesystem::path directory;  ///< DATA/hub; created with mode 0700
    crypto::PasswordCost cost;
    SessionLimits sessions;
    ThrottleLimits throttle;
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
                                                      std::string address);
    /// Refusals: unauthenticated (without saying whether the name or the password is wrong), exhausted with
    /// retry_after.
    Awaitable<std::expected<SignedIn, Refusal>> sign_in(std::string username, Secret password,
                                                        std::string address);
    /// Ends the session, in memory at once and on disk before it returns.
    Awaitable<Result<>> sign_out(SessionDigest digest);

    /// The living session of a cookie's value, which counts as used.
    std::optional<Session> use(std::string_view token);
    /// Whether the session is alive still; `used` says that its user is there.
    bool is_alive(const SessionDigest& digest, bool used);
    bool is_metrics_token(std::string_view token) const;

    const SessionLimits& session_limits() const { return options_.sessions; }
    std::size_t session_count() const { return sessions_.size(); }

  private:
    Identity(Options options, const Clock& clock, Directory directory);
    Result<> start();
    Result<> renew_claim_code();
    bool enter_hashing();
    void note_use(const Session& session);
    void forget_on_disk(std::vector<SessionDigest> ended);
    Awaitable<std::expected<SignedIn, Refusal>> begin_session(policy::User user);

    Options options_;
    const Clock& clock_;
    std::shared_ptr<Directory> directory_;  // used on disk_ alone once started
    OrganisationId organisation_;
    SessionTable sessions_;
    Throttle throttle_;
    std::map<SessionDigest, UtcTime> persisted_use_;
    std::string unusable_phc_;
    std::size_t hashing_ = 0;
    Secret claim_code_;
    std::optional<crypto::Sha256Digest> claim_digest_;
    crypto::Sha256Digest metrics_digest_{};
    boost::asio::thread_pool hashers_;
    boost::asio::thread_pool disk_;
};

}  // namespace vedette::hub::identity
