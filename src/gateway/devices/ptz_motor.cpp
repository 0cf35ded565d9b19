#include "gateway/devices/ptz_motor.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway::devices {

namespace {

constexpr unsigned max_stop_attempts = 5;
constexpr std::chrono::milliseconds stop_again{300};

}  // namespace

PtzMotor::PtzMotor(const boost::asio::any_io_executor& executor, const Clock& clock,
                   std::shared_ptr<DeviceLine> line)
    : clock_(clock), line_(std::move(line)), asked_(executor), settled_(executor) {}

net::Awaitable<Result<>> PtzMotor::hold(onvif::PtzVector velocity, std::chrono::milliseconds hold) {
    wanted_ = velocity;
    deadline_ = clock_.monotonic_now() + std::clamp(hold, min_hold, max_hold);
    auto settling = settle();
    co_return co_await std::move(settling);
}

net::Awaitable<Result<>> PtzMotor::stop() {
    wanted_.reset();
    // Also when we moved nothing: somebody may have used the camera's own page.
    if (!sent_) sent_ = onvif::PtzVector{};
    auto settling = settle();
    co_return co_await std::move(settling);
}

void PtzMotor::forget() {
    wanted_.reset();
    sent_.reset();
    failed_stops_ = 0;
}

void PtzMotor::close() {
    closed_ = true;
    settled_.notify();
}

// Until the task has dealt with what was asked.
net::Awaitable<Result<>> PtzMotor::settle() {
    const std::uint64_t mine = ++asks_;
    error_.reset();
    asked_.notify();
    while (handled_ < mine && !closed_) co_await settled_.wait();
    if (handled_ < mine) co_return fail(ErrorKind::unavailable, "the camera's settings are being changed");
    if (error_) co_return std::unexpected(*error_);
    co_return Result<>();
}

net::Awaitable<void> PtzMotor::run() {
    for (;;) {
        auto turning = turn();
        co_await std::move(turning);
        settled_.notify();
        // Asked meanwhile, or a stop that failed.
        if (handled_ < asks_) continue;
        const MonotonicTime now = clock_.monotonic_now();
        if (wanted_) {
            const MonotonicTime next = std::min(deadline_, refresh_);
            if (next > now) {
                auto waiting = asked_.wait();
                co_await net::limit_time(next - now, std::move(waiting));
            }
        } else if (sent_) {
            co_await net::sleep_for(stop_again);
        } else {
            co_await asked_.wait();
        }
    }
}

net::Awaitable<void> PtzMotor::turn() {
    const std::uint64_t asks = asks_;
    const MonotonicTime now = clock_.monotonic_now();
    if (wanted_ && now >= deadline_) wanted_.reset();
    if (wanted_) {
        if (!sent_ || *sent_ != *wanted_ || now >= refresh_) {
            auto moving = send_move(*wanted_);
            co_await std::move(moving);
        }
    } else if (sent_) {
        auto stopping = send_stop();
        co_await std::move(stopping);
    }
    handled_ = std::max(handled_, asks);
}

net::Awaitable<void> PtzMotor::send_move(onvif::PtzVector velocity) {
    sent_ = velocity;  // an answer that is lost does not mean that it stands still
    failed_stops_ = 0;
    auto running = line_->run(onvif::MoveOn{.velocity = velocity, .limit = camera_hold});
    const auto done = co_await std::move(running);
    refresh_ = clock_.monotonic_now() + camera_hold / 2;
    if (done) co_return;
    error_ = done.error();
    wanted_.reset();
    const bool may_move = error_->kind == ErrorKind::timeout || error_->kind == ErrorKind::unavailable;
    if (!may_move) sent_.reset();
}

net::Awaitable<void> PtzMotor::send_stop() {
    auto running = line_->run(onvif::StopMove{});
    const auto done = co_await std::move(running);
    if (!done) {
        error_ = done.error();
        const bool passing = error_->kind == ErrorKind::timeout || error_->kind == ErrorKind::unavailable;
        if (passing && ++failed_stops_ < max_stop_attempts) co_return;  // run() comes back to it
        if (passing) log::warn("a camera could not be stopped: {}", error_->message);
    }
    if (!wanted_) sent_.reset();
    failed_stops_ = 0;
}

}  // namespace vedette::gateway::devices
