#include "gateway/devices/patrol.hpp"

#include "net/timeout.hpp"

namespace vedette::gateway::devices {

namespace {

/// After a stop that could not be reached.
constexpr std::chrono::seconds try_again{10};
/// After a whole tour without any.
constexpr std::chrono::minutes try_much_later{5};

}  // namespace

PatrolGuide::PatrolGuide(const boost::asio::any_io_executor& executor, const Clock& clock,
                         std::shared_ptr<DeviceLine> line)
    : clock_(clock), line_(std::move(line)), changed_(executor) {}

void PatrolGuide::start(wire::Patrol patrol) {
    patrol_ = std::move(patrol);
    at_ = 0;
    paused_until_ = {};
    message_.clear();
    changed_.notify();
}

void PatrolGuide::stop() {
    patrol_.reset();
    message_.clear();
    changed_.notify();
}

void PatrolGuide::pause() {
    if (!patrol_) return;
    paused_until_ = clock_.monotonic_now() + patrol_pause;
    changed_.notify();
}

net::Awaitable<void> PatrolGuide::run() {
    for (;;) {
        if (!patrol_ || patrol_->stops.empty()) {
            co_await changed_.wait();
            continue;
        }
        std::chrono::nanoseconds wait = paused_until_ - clock_.monotonic_now();
        if (wait <= std::chrono::nanoseconds::zero()) {
            auto going = next_stop();
            wait = co_await std::move(going);
        }
        auto waiting = changed_.wait();
        co_await net::limit_time(wait, std::move(waiting));
    }
}

// Goes there, and says how long to stay.
net::Awaitable<std::chrono::nanoseconds> PatrolGuide::next_stop() {
    const wire::PatrolStop stop = patrol_->stops[at_];
    const std::string tour = patrol_->name;
    auto running = line_->run(onvif::GoToPreset{.token = stop.preset});
    const auto done = co_await std::move(running);
    if (!patrol_ || patrol_->name != tour || patrol_->stops.empty())
        co_return std::chrono::nanoseconds::zero();
    const bool tour_ends = ++at_ >= patrol_->stops.size();
    if (tour_ends) at_ = 0;
    if (done) {
        message_.clear();
        co_return stop.dwell;
    }
    const bool was_failing = !message_.empty();
    message_ = done.error().message;
    const bool for_good =
        done.error().kind == ErrorKind::unauthenticated || done.error().kind == ErrorKind::unsupported;
    co_return for_good || (tour_ends && was_failing) ? std::chrono::nanoseconds(try_much_later)
                                                     : std::chrono::nanoseconds(try_again);
}

}  // namespace vedette::gateway::devices
