#include "hub/identity/identity.hpp"

#include "base/hex.hpp"
#include "base/log.hpp"
#include "hub/identity/rules.hpp"
#include "hub/identity/token_file.hpp"
#include "hub/identity/worker.hpp"

namespace vedette::hub::identity {

namespace {

constexpr std::size_t token_bytes = 32;
constexpr std::size_t token_characters = token_bytes * 2;
/// The account under which attempts at the claim code are throttled; no user can have this name.
constexpr std::string_view claim_account = "\x01 claim";
constexpr Ticks90k persist_use_every = std::chrono::minutes(1);
constexpr std::chrono::seconds hashing_retry{3};

Refusal too_soon(std::chrono::seconds wait) {
    return {Error{ErrorKind::exhausted, fmt::format("Too many attempts; try again in {} s", wait.count())},
            {},
            wait};
}

Refusal too_busy() {
    return {Error{ErrorKind::exhausted, "Too many people are signing in at this moment; try again shortly"},
            {},
            hashing_retry};
}

crypto::Sha256Digest digest_of(std::string_view text) {
    return crypto::sha256(as_bytes(text));
}

}  // namespace

Identity::Identity(Options options, const Clock& clock, Directory directory)
    : options_(std::move(options)),
      clock_(clock),
      directory_(std::make_shared<Directory>(std::move(directory))),
      organisation_(directory_->organisation()),
      sessions_(options_.sessions),
      throttle_(options_.throttle),
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
    VEDETTE_TRY(auto sessions,
                directory_->load_sessions(now - options_.sessions.idle, now - options_.sessions.absolute));
    for (Session& session : sessions) sessions_.add(std::move(session));
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

Identity::Awaitable<std::expected<SignedIn, Refusal>> Identity::claim(std::string code, std::string username,
                                                                      Secret password, std::string address) {
    const auto self = shared_from_this();
    const Error claimed_already{ErrorKind::conflict,
                                "This installation has its administrator; sign in instead"};
    if (!claim_digest_) co_return std::unexpected(Refusal(claimed_already));
    if (const auto wait = throttle_.begin(claim_account, address, clock_.monotonic_now()))
        co_return std::unexpected(too_soon(*wait));
    const auto typed = digest_of(normalise_claim_code(code));
    if (!crypto::equal_constant_time(typed, *claim_digest_))
        co_return std::unexpected(Refusal(
            {ErrorKind::forbidden, "This is not the claim code; it is printed when Vedette starts"}, "code"));
    throttle_.succeeded(claim_account, address, clock_.monotonic_now());

    const auto name = clean_username(username);
    if (!name)
        co_return std::unexpected(Refusal(
            {ErrorKind::invalid_input, "The user name needs 1 to 64 visible characters"}, "username"));
    if (auto fault = password_fault(password.reveal_text(), *name))
        co_return std::unexpected(Refusal({ErrorKind::invalid_input, std::move(*fault)}, "password"));

    if (!enter_hashing()) co_return std::unexpected(too_busy());
    auto hash = [password = std::make_shared<Secret>(std::move(password)), cost = options_.cost] {
        return crypto::hash_password(password->reveal_text(), cost);
    };
    auto phc = co_await run_on(hashers_, std::move(hash));
    --hashing_;
    if (!phc) co_return std::unexpected(Refusal(phc.error()));

    auto create = [directory = directory_, name = *name, phc = *phc, now = clock_.utc_now()] {
        return directory->create_first_user(name, username_key(name), phc, now);
    };
    auto user = co_await run_on(disk_, std::move(create));
    if (!user) co_return std::unexpected(Refusal(user.error()));
    claim_digest_.reset();
    claim_code_ = Secret();
    log::info("the first administrator is {}", user->name);
    co_return co_await begin_session(std::move(*user));
}

Identity::Awaitable<std::expected<SignedIn, Refusal>> Identity::sign_in(std::string username, Secret password,
                                                                        std::string address) {
    const auto self = shared_from_this();
    const std::string key = username_key(clean_username(username).value_or(""));
    if (hashing_ >= options_.hashing_threads + options_.hashing_queue) co_return std::unexpected(too_busy());
    if (const auto wait = throttle_.begin(key, address, clock_.monotonic_now()))
        co_return std::unexpected(too_soon(*wait));
    if (!enter_hashing()) co_return std::unexpected(too_busy());

    auto find = [directory = directory_, key] { return directory->find_user(key); };
    auto record = co_await run_on(disk_, std::move(find));
    if (!record) {
        --hashing_;
        co_return std::unexpected(Refusal(record.error()));
    }
    // An unknown user costs what a known one costs.
    struct Check {
        bool matches;
        std::optional<std::string> new_phc;
    };
    auto check = [phc = *record ? (*record)->password_phc : unusable_phc_,
                  password = std::make_shared<Secret>(std::move(password)), cost = options_.cost] {
        Check result{.matches = crypto::verify_password(phc, password->reveal_text()), .new_phc = {}};
        if (result.matches && crypto::needs_rehash(phc, cost))
            if (auto fresh = crypto::hash_password(password->reveal_text(), cost))
                result.new_phc = std::move(*fresh);
        return result;
    };
    Check checked = co_await run_on(hashers_, std::move(check));
    --hashing_;
    if (!*record || !checked.matches)
        co_return std::unexpected(
            Refusal({ErrorKind::unauthenticated, "The user name or the password is wrong"}));
    throttle_.succeeded(key, address, clock_.monotonic_now());

    policy::User user = (*record)->user;
    if (checked.new_phc) {
        auto renew = [directory = directory_, id = user.id, phc = *checked.new_phc] {
            return directory->set_password(id, phc);
        };
        const auto renewed = co_await run_on(disk_, std::move(renew));
        if (!renewed)
            log::warn("the password hash of {} was not renewed: {}", user.name, renewed.error().message);
    }
    co_return co_await begin_session(std::move(user));
}

Identity::Awaitable<std::expected<SignedIn, Refusal>> Identity::begin_session(policy::User user) {
    Bytes random(token_bytes);
    crypto::random_bytes(random);
    SignedIn signed_in;
    signed_in.token = Secret(std::string_view(to_hex(random)));
    const UtcTime now = clock_.utc_now();
    signed_in.session = {.digest = digest_of(signed_in.token.reveal_text()),
                         .user = std::move(user),
                         .created = now,
                         .last_used = now,
                         .expires = {}};
    auto add = [directory = directory_, session = signed_in.session] {
        return directory->add_session(session);
    };
    const auto added = co_await run_on(disk_, std::move(add));
    if (!added) co_return std::unexpected(Refusal(added.error()));
    forget_on_disk(sessions_.sweep(now));
    forget_on_disk(sessions_.add(signed_in.session));
    if (const Session* stored = sessions_.find(signed_in.session.digest, now)) signed_in.session = *stored;
    co_return signed_in;
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

bool Identity::is_alive(const SessionDigest& digest, bool used) {
    const UtcTime now = clock_.utc_now();
    const Session* session = used ? sessions_.use(digest, now) : sessions_.find(digest, now);
    if (session && used) note_use(*session);
    return session != nullptr;
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
