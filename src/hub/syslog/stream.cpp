#include "hub/syslog/stream.hpp"

#include <algorithm>

#include "hub/syslog/delivery.hpp"
#include "net/timeout.hpp"

namespace vedette::hub::syslog {

namespace {

constexpr unsigned max_tests = 2;
constexpr std::chrono::milliseconds after_test{500};

// Counts one more as long as the result lives.
std::shared_ptr<void> counted(const std::shared_ptr<unsigned>& count) {
    ++*count;
    return {nullptr, [count](void*) { --*count; }};
}

}  // namespace

std::string_view to_string(State state) {
    switch (state) {
        case State::off:
            return "off";
        case State::connecting:
            return "connecting";
        case State::sending:
            return "sending";
        case State::failing:
            return "failing";
    }
    return "unknown";
}

Stream::Stream(StreamOptions options, std::shared_ptr<audit::AuditLog> log, const Clock& clock,
               std::shared_ptr<Keeper> keeper, boost::asio::any_io_executor executor)
    : options_(std::move(options)),
      log_(std::move(log)),
      clock_(clock),
      keeper_(std::move(keeper)),
      tasks_(std::move(executor), "syslog") {}

Stream::~Stream() = default;

Result<std::shared_ptr<Stream>> Stream::open(StreamOptions options, std::shared_ptr<audit::AuditLog> log,
                                             const Clock& clock, boost::asio::any_io_executor executor) {
    VEDETTE_TRY(Store store, Store::open(options.hub));
    VEDETTE_TRY(auto stored, store.load());
    auto keeper = std::make_shared<Keeper>(std::move(store));
    std::shared_ptr<Stream> stream(
        new Stream(std::move(options), std::move(log), clock, std::move(keeper), std::move(executor)));
    // A log that was restored from a backup may be shorter than what was sent.
    if (stored)
        stream->begin(std::move(stored->target), std::min(stored->next, stream->log_->figures().entries));
    return stream;
}

void Stream::begin(Target target, std::uint64_t next) {
    if (closing_) return;
    delivery_ = std::make_shared<Delivery>(options_, log_, clock_, keeper_, std::move(target), next);
    tasks_.spawn(Delivery::run(delivery_));
}

net::Awaitable<void> Stream::stop() {
    closing_ = true;
    delivery_.reset();
    auto stopping = tasks_.stop();
    co_await std::move(stopping);
}

const Target* Stream::target() const {
    return delivery_ ? &delivery_->target() : nullptr;
}

Status Stream::status() const {
    return delivery_ ? delivery_->status() : Status();
}

net::Awaitable<Result<>> Stream::use(Target target, bool from_beginning) {
    VEDETTE_CO_CHECK(check(target));
    if (*changes_ > 0) co_return fail(ErrorKind::conflict, "somebody else is changing this: look again");
    const auto one = counted(changes_);
    // First, so that it writes nothing behind what is written now.
    const auto former = std::exchange(delivery_, nullptr);
    tasks_.cancel();
    const std::uint64_t reached = former ? former->settled() : log_->figures().entries;
    const std::uint64_t next = from_beginning ? 0 : reached;
    auto kept = std::make_shared<const Target>(target.duplicate());
    auto saving = keeper_->run([kept, next](Store& store) { return store.save(*kept, next); });
    const auto saved = co_await std::move(saving);
    if (saved)
        begin(std::move(target), next);
    else if (former)
        begin(former->target().duplicate(), reached);
    co_return saved;
}

net::Awaitable<Result<>> Stream::stop_sending() {
    if (*changes_ > 0) co_return fail(ErrorKind::conflict, "somebody else is changing this: look again");
    const auto one = counted(changes_);
    const auto former = std::exchange(delivery_, nullptr);
    tasks_.cancel();
    auto saving = keeper_->run([](Store& store) { return store.remove(); });
    const auto removed = co_await std::move(saving);
    if (!removed && former) begin(former->target().duplicate(), former->settled());
    co_return removed;
}

net::Awaitable<Result<>> Stream::test(Target target) {
    if (*tests_ >= max_tests)
        co_return fail(ErrorKind::exhausted, "other servers are being tested: try again shortly");
    const auto one = counted(tests_);
    auto opening = Connection::open(std::move(target), options_.connect_limit);
    VEDETTE_CO_TRY(Connection connection, co_await std::move(opening));
    std::string message = frame(test_message(clock_.utc_now(), options_.sender));
    auto sending = connection.send(std::move(message), options_.connect_limit);
    VEDETTE_CO_CHECK(co_await std::move(sending));
    // It may close the connection when it sees what it got.
    co_await net::sleep_for(after_test);
    co_return connection.check();
}

}  // namespace vedette::hub::syslog
