#include "hub/api/recorder.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>

#include "hub/api/audit_details.hpp"

namespace vedette::hub::api {

namespace {

Problem not_recorded(const Error& error) {
    if (error.kind == ErrorKind::exhausted)
        return {
            503, "not_recorded",
            "There is no room in the audit log (the disk is full, or too many entries wait), so this was not "
            "done; free some space, or try again shortly"};
    return {503, "not_recorded",
            "The audit log can't be written at the moment, so this was not done; the program's log says why"};
}

struct PrincipalWriter {
    audit::Entry& entry;

    void operator()(const policy::Anonymous&) const { entry.facts.who = audit::Who::nobody; }
    void operator()(const policy::User& user) const {
        entry.facts.who = audit::Who::user;
        entry.facts.user = user.id;
        entry.facts.organisation = user.organisation;
        entry.personal.name = user.name;
    }
    void operator()(const policy::ApiClient& client) const {
        (*this)(client.user);
        entry.facts.who = audit::Who::api_client;
    }
    void operator()(const policy::MetricsToken&) const { entry.facts.who = audit::Who::metrics_token; }
};

audit::ObjectKind kind_of(policy::ObjectKind kind) {
    switch (kind) {
        case policy::ObjectKind::service:
            return audit::ObjectKind::service;
        case policy::ObjectKind::organisation:
            return audit::ObjectKind::organisation;
        case policy::ObjectKind::camera:
            return audit::ObjectKind::camera;
    }
    return audit::ObjectKind::service;
}

// By which of a user's tokens: any of them may be lost.
boost::json::object with_token(boost::json::object details, const policy::Principal& principal) {
    if (const auto* client = std::get_if<policy::ApiClient>(&principal))
        details["api_token"] = {{"id", client->token.text()}, {"name", client->name}};
    return details;
}

UserId key_of(const policy::Principal& principal) {
    const policy::User* user = policy::account_of(principal);
    return user ? user->id : UserId();
}

}  // namespace

// ---- entries

audit::Entry Recorder::entry_of(const Decided& decided) const {
    audit::Entry entry;
    audit::Facts& facts = entry.facts;
    facts.time = clock_->utc_now();
    facts.organisation = organisation_;
    facts.object = kind_of(decided.object.kind);
    facts.camera = decided.object.camera;
    facts.allowed = decided.decision.allowed;
    facts.action = policy::to_string(decided.action);
    facts.operation = decided.operation;
    facts.reason = policy::to_string(decided.decision.reason);
    std::visit(PrincipalWriter{entry}, decided.principal);
    // An object of another organisation is that one's business; the attempt is the user's own.
    if (decided.object.kind != policy::ObjectKind::service && decided.decision.allowed)
        facts.organisation = decided.object.organisation;
    entry.personal.address = decided.address;
    entry.personal.camera_name = decided.camera_name;
    entry.personal.details = details_text(with_token(decided.details, decided.principal));
    return entry;
}

audit::Entry Recorder::end_of(const Decided& decided, std::uint64_t number, const Ending& ending) const {
    audit::Entry entry = entry_of(decided);
    entry.facts.kind = audit::Kind::result;
    entry.facts.about = number;
    entry.facts.status = static_cast<std::uint16_t>(ending.status);
    entry.facts.reason = ending.reason;
    if (ending.signed_in) PrincipalWriter{entry}(*ending.signed_in);
    entry.personal.details = details_text(ending.details);
    return entry;
}

// ---- writing

net::Awaitable<Outcome<Recorder::Number>> Recorder::decided(const Decided& decided) {
    write_counts();
    if (!decided.decision.obligations.write_audit) co_return Number();
    if (!decided.decision.allowed && !admit(decided.principal)) co_return Number();
    auto writing = write(entry_of(decided));
    VEDETTE_CO_TRY(const std::uint64_t number, co_await std::move(writing));
    co_return Number(number);
}

net::Awaitable<Outcome<std::uint64_t>> Recorder::write(audit::Entry entry) {
    const auto written = co_await log_->append(std::move(entry));
    if (!written) co_return std::unexpected(not_recorded(written.error()));
    co_return *written;
}

void Recorder::decided(const Decided& decided, const boost::asio::any_io_executor& executor, Done done) {
    write_counts();
    const policy::Decision& decision = decided.decision;
    if (!decision.obligations.write_audit || (!decision.allowed && !admit(decided.principal))) {
        done(Number());
        return;
    }
    log_->append(
        entry_of(decided), [executor, done = std::move(done)](const Result<std::uint64_t>& written) mutable {
            boost::asio::post(executor, [done = std::move(done), written] {
                done(written ? Outcome<Number>(*written) : std::unexpected(not_recorded(written.error())));
            });
        });
}

net::Awaitable<Outcome<void>> Recorder::ended(const Decided& decided, std::uint64_t number, Ending ending) {
    auto writing = write(end_of(decided, number, ending));
    VEDETTE_CO_CHECK(co_await std::move(writing));
    co_return Outcome<void>();
}

void Recorder::note_end(const Decided& decided, std::uint64_t number, const Ending& ending) {
    log_->note(end_of(decided, number, ending));
}

net::Awaitable<Outcome<Recorder::Number>> Recorder::signed_in(const Decided& decided, Ending ending) {
    write_counts();
    if (!ending.signed_in && !admit(policy::Anonymous{})) co_return Number();
    audit::Entry entry = entry_of(decided);
    entry.facts.status = static_cast<std::uint16_t>(ending.status);
    if (!ending.details.empty()) {
        boost::json::object details = decided.details;
        for (const auto& [field, value] : ending.details) details[field] = value;
        entry.personal.details = details_text(details);
    }
    if (ending.signed_in) {
        PrincipalWriter{entry}(*ending.signed_in);
    } else {
        // Whoever was signed in before is not who failed: the name that was tried is all that is known.
        entry.facts.who = audit::Who::nobody;
        entry.facts.user.reset();
        entry.facts.allowed = false;
        entry.facts.reason = ending.reason;
        const auto* tried = decided.details.if_contains(name_tried);
        entry.personal.name =
            tried && tried->is_string() ? std::string(tried->get_string()) : ending.who_tried;
    }
    auto writing = write(std::move(entry));
    VEDETTE_CO_TRY(const std::uint64_t number, co_await std::move(writing));
    co_return Number(number);
}

// ---- bounds

bool Recorder::admit_nobody() {
    return admit(policy::Anonymous{});
}

bool Recorder::admit(const policy::Principal& principal) {
    const MonotonicTime now = clock_->monotonic_now();
    UserId key = key_of(principal);
    // More users than can be watched share the bound of nobody.
    if (!buckets_.contains(key) && buckets_.size() >= limits_.keys) key = UserId();
    auto [found, is_new] = buckets_.try_emplace(key);
    Bucket& bucket = found->second;
    if (is_new) {
        bucket.tokens = limits_.burst;
        bucket.at = now;
        if (const policy::User* user = policy::account_of(principal); user && key == user->id)
            bucket.user = *user;
    }
    const double passed = std::chrono::duration<double>(now - bucket.at).count();
    bucket.tokens =
        std::min(limits_.burst, bucket.tokens + passed / static_cast<double>(limits_.refill.count()));
    bucket.at = now;
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return true;
    }
    const UtcTime time = clock_->utc_now();
    if (bucket.counted++ == 0) bucket.first = time;
    bucket.last = time;
    return false;
}

void Recorder::write_counts() {
    const MonotonicTime now = clock_->monotonic_now();
    const auto full_after = limits_.refill * static_cast<int>(limits_.burst);
    for (auto& [key, bucket] : buckets_) {
        if (bucket.counted == 0 || clock_->utc_now() - bucket.first < Ticks90k(limits_.count_for)) continue;
        log_->note(count_of(bucket));
        bucket.counted = 0;
    }
    // As if they had never been there.
    std::erase_if(buckets_, [&](const auto& one) {
        return one.second.counted == 0 && now - one.second.at > full_after;
    });
}

audit::Entry Recorder::count_of(const Bucket& bucket) const {
    audit::Entry entry;
    entry.facts.kind = audit::Kind::summary;
    entry.facts.time = clock_->utc_now();
    entry.facts.organisation = organisation_;
    if (bucket.user) PrincipalWriter{entry}(*bucket.user);
    entry.facts.action = "refusals_counted";
    entry.facts.reason = "too_many_to_list";
    entry.personal.details = details_text(
        {{"count", bucket.counted}, {"start_90k", ticks(bucket.first)}, {"end_90k", ticks(bucket.last)}});
    return entry;
}

}  // namespace vedette::hub::api
