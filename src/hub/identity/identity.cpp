#include "hub/identity/identity.hpp"

#include "base/hex.hpp"
#include "base/log.hpp"
#include "hub/identity/api_token_rows.hpp"
#include "hub/identity/roster_table.hpp"
#include "hub/identity/rules.hpp"
#include "hub/identity/token_file.hpp"
#include "hub/worker/run_on.hpp"

namespace vedette::hub::identity {

namespace {

constexpr Ticks90k persist_use_every = std::chrono::minutes(1);

ThrottleLimits throttle_limits(LockOut lock_out) {
    if (lock_out == LockOut::progressive) return {};
    constexpr std::chrono::seconds pause{30};
    return {.free_failures = 2, .first_delay = pause, .longest_delay = pause};
}

}  // namespace

Identity::Identity(Options options, const Clock& clock, Directory directory)
    : options_(std::move(options)),
      clock_(clock),
      directory_(std::make_shared<Directory>(std::move(directory))),
      organisation_(directory_->organisation()),
      unusable_phc_(crypto::unusable_password_hash(options_.cost)),
      hashers_(options_.hashing_threads),
      disk_(1) {}

Identity::~Identity() {
    disk_.join();  // what was to be written is written
    hashers_.join();
}

Result<std::shared_ptr<Identity>> Identity::open(Options options, const Clock& clock) {
    VEDETTE_CHECK(make_private_directory(options.directory));
    VEDETTE_TRY(Directory directory, Directory::open(options.directory / "identity.sqlite", clock.utc_now()));
    std::shared_ptr<Identity> identity(new Identity(std::move(options), clock, std::move(directory)));
    VEDETTE_CHECK(identity->start());
    return identity;
}

Result<> Identity::start() {
    const UtcTime now = clock_.utc_now();
    VEDETTE_TRY(Roster roster, directory_->roster());
    const SessionLimits& limits = roster.rules.sessions;
    VEDETTE_TRY(auto sessions, directory_->load_sessions(now - limits.idle, now - limits.absolute));
    VEDETTE_TRY(auto tokens, load_api_tokens(directory_->database(), directory_->sealer(), now));
    for (Session& session : sessions) sessions_.add(std::move(session));
    for (ApiToken& token : tokens) api_tokens_.add(std::move(token));
    adopt(std::move(roster));
    VEDETTE_TRY(const std::string metrics_token,
                load_or_make_token(options_.directory / "metrics.token", token_bytes));
    metrics_digest_ = digest_of(metrics_token);
    VEDETTE_TRY(const bool claimed, directory_->has_users());
    return claimed ? Result<>() : renew_claim_code();
}

Result<> Identity::renew_claim_code() {
    claim_code_ = make_claim_code();
    claim_digest_ = digest_of(normalise_claim_code(claim_code_.reveal_text()));
    return directory_->set_claim_code(*claim_digest_, clock_.utc_now());
}

std::optional<std::string_view> Identity::claim_code() const {
    if (!claim_digest_) return std::nullopt;
    return claim_code_.reveal_text();
}

bool Identity::enter_hashing() {
    if (hashing_ >= options_.hashing_threads + options_.hashing_queue) return false;
    ++hashing_;
    return true;
}

void Identity::adopt(Roster roster) {
    const auto before = std::exchange(users_, {});
    for (const auto& [id, account] : roster.accounts) {
        if (account.suspended) continue;
        policy::User user{.id = id, .organisation = organisation_, .name = account.name, .rights = nullptr};
        if (!must_set_up_second_factor(roster, account))
            user.rights = std::make_shared<const policy::Rights>(rights_of(roster, account.assignments));
        // The same object as long as nothing changed: whoever holds it sees that by the pointer.
        if (const auto old = before.find(id);
            old != before.end() && user.rights && old->second.rights && *old->second.rights == *user.rights)
            user.rights = old->second.rights;
        users_.emplace(id, std::move(user));
    }
    sessions_.set_limits(roster.rules.sessions);
    throttle_.set_limits(throttle_limits(roster.rules.lock_out));
    roster_ = std::make_shared<const Roster>(std::move(roster));
    forget_on_disk(sessions_.renew_users([this](UserId id) { return this->user(id); }));
    // Suspending or deleting a user has deleted the rows.
    api_tokens_.remove_if([this](const ApiToken& token) { return !users_.contains(token.user); });
}

std::optional<policy::User> Identity::user(UserId id) const {
    const auto user = users_.find(id);
    return user == users_.end() ? std::nullopt : std::optional(user->second);
}

Identity::Awaitable<Result<>> Identity::change(Change body) {
    const auto self = shared_from_this();
    auto work = [directory = directory_, body = std::move(body)] { return directory->change(body); };
    auto roster = co_await run_on(disk_, std::move(work));
    if (!roster) co_return std::unexpected(std::move(roster.error()));
    adopt(std::move(*roster));
    co_return Result<>();
}

void Identity::end_sessions(UserId user, std::optional<SessionDigest> except) {
    // What was begun with a password or a factor of before is no way in any more.
    std::erase_if(challenges_, [&](const auto& entry) { return entry.second.user == user; });
    std::erase_if(waiting_, [&](const auto& entry) { return entry.second.user == user; });
    forget_on_disk(sessions_.end_of_user(user, [&](const Session& s) { return s.digest != except; }));
}

std::string public_id(const SessionDigest& digest) {
    return to_hex(ByteView(digest).first(16));
}

std::unordered_map<UserId, std::size_t> Identity::session_counts() const {
    return sessions_.count_by_user(clock_.utc_now());
}

std::vector<Session> Identity::sessions_of(UserId user) const {
    return sessions_.of_user(user, clock_.utc_now());
}

Identity::Awaitable<Result<>> Identity::sign_out(SessionDigest digest) {
    const auto self = shared_from_this();
    sessions_.remove(digest);
    persisted_use_.erase(digest);
    auto remove = [directory = directory_, digest] { return directory->remove_session(digest); };
    co_return co_await run_on(disk_, std::move(remove));
}

std::optional<Session> Identity::use(std::string_view token) {
    if (token.size() != token_characters) return std::nullopt;
    const Session* session = sessions_.use(digest_of(token), clock_.utc_now());
    if (!session) return std::nullopt;
    note_use(*session);
    return *session;
}

const Session* Identity::find(const SessionDigest& digest, bool used) {
    const UtcTime now = clock_.utc_now();
    const Session* session = used ? sessions_.use(digest, now) : sessions_.find(digest, now);
    if (session && used) note_use(*session);
    return session;
}

bool Identity::is_metrics_token(std::string_view token) const {
    return !token.empty() && crypto::equal_constant_time(digest_of(token), metrics_digest_);
}

// A restart may forget the last minute of use; in return most requests write nothing.
void Identity::note_use(const Session& session) {
    UtcTime& persisted = persisted_use_.try_emplace(session.digest, session.created).first->second;
    if (session.last_used - persisted < persist_use_every) return;
    persisted = session.last_used;
    boost::asio::post(disk_, [directory = directory_, digest = session.digest, at = session.last_used] {
        if (const auto touched = directory->touch_session(digest, at); !touched)
            log::warn("the use of a session was not recorded: {}", touched.error().message);
    });
}

void Identity::forget_on_disk(std::vector<SessionDigest> ended) {
    for (const SessionDigest& digest : ended) {
        persisted_use_.erase(digest);
        boost::asio::post(disk_, [directory = directory_, digest] {
            if (const auto removed = directory->remove_session(digest); !removed)
                log::warn("an ended session was not deleted: {}", removed.error().message);
        });
    }
}

}  // namespace vedette::hub::identity
