#include "hub/syslog/delivery.hpp"

#include "base/log.hpp"
#include "net/retry_pause.hpp"
#include "net/timeout.hpp"

namespace vedette::hub::syslog {

namespace {

// Of one batch: what is in memory at once, at most 512 KiB, and sent again when a connection breaks within
// it.
constexpr std::size_t batch_entries = 64;

}  // namespace

net::Awaitable<void> Delivery::run(std::shared_ptr<Delivery> self) {
    net::RetryPause pause(self->options_.first_pause, self->options_.last_pause);
    for (;;) {
        const std::uint64_t before = self->status_.delivered;
        auto trying = self->attempt();
        co_await std::move(trying);
        if (self->status_.delivered > before) pause.reset();
        const auto waited = pause.next();
        co_await net::sleep_for(waited);
    }
}

net::Awaitable<void> Delivery::attempt() {
    auto opening = Connection::open(target_.duplicate(), options_.connect_limit);
    auto connection = co_await std::move(opening);
    if (!connection) {
        note_failure(connection.error());
        co_return;
    }
    auto serving = serve(*connection);
    const auto served = co_await std::move(serving);
    if (!served) note_failure(served.error());
}

// Until the connection breaks.
net::Awaitable<Result<>> Delivery::serve(Connection& connection) {
    for (;;) {
        VEDETTE_CO_CHECK(connection.check());
        auto sending = send_batch(connection);
        VEDETTE_CO_TRY(const bool any, co_await std::move(sending));
        note_success();
        auto settling = settle();
        co_await std::move(settling);
        if (!any) co_await net::sleep_for(options_.look);
    }
}

// False: there was nothing to send.
net::Awaitable<Result<bool>> Delivery::send_batch(Connection& connection) {
    const std::uint64_t end = log_->figures().entries;
    if (end <= next_) co_return false;
    audit::Query query;
    query.organisation = options_.organisation;
    query.limit = batch_entries;
    auto reading = log_->page(query, next_);
    VEDETTE_CO_TRY(const auto entries, co_await std::move(reading));
    if (entries.empty()) {
        next_ = end;  // others than this organisation's
        co_return false;
    }
    std::string frames;
    for (const audit::Listed& entry : entries)
        frames += frame(to_message(entry, options_.sender, target_.wording));
    auto sending = connection.send(std::move(frames), options_.send_limit);
    VEDETTE_CO_CHECK(co_await std::move(sending));
    next_ = entries.back().leaf.sequence + 1;
    status_.delivered += entries.size();
    status_.last_delivered = clock_.utc_now();
    co_return true;
}

net::Awaitable<void> Delivery::settle() {
    const MonotonicTime now = clock_.monotonic_now();
    if (!mark_ && next_ > settled_) mark_ = Mark{next_, now};
    if (!mark_ || now - mark_->at < options_.settle) co_return;
    settled_ = mark_->next;
    mark_.reset();
    auto saving = keeper_->run([to = settled_](Store& store) { return store.save_next(to); });
    const auto saved = co_await std::move(saving);
    if (!saved) log::warn("how far audit entries were sent can't be kept: {}", saved.error().message);
}

void Delivery::note_failure(const Error& error) {
    // Told once, and not at each new attempt.
    if (status_.problem != error.message) log::warn("audit entries wait: {}", error.message);
    status_.state = State::failing;
    status_.problem = error.message;
    next_ = settled_;
    mark_.reset();
}

void Delivery::note_success() {
    if (!status_.problem.empty()) log::info("audit entries go to {} again", target_.where());
    status_.state = State::sending;
    status_.problem.clear();
}

Status Delivery::status() const {
    Status status = status_;
    const std::uint64_t entries = log_->figures().entries;
    status.waiting = entries > next_ ? entries - next_ : 0;
    return status;
}

}  // namespace vedette::hub::syslog
