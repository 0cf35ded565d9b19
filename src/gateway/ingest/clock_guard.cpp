#include "gateway/ingest/clock_guard.hpp"

#include <utility>

namespace vedette::gateway::ingest {

namespace {

constexpr unsigned outliers_that_are_a_jump = 3;
constexpr std::int64_t max_seconds_back = 1;
constexpr std::int64_t max_seconds_ahead = 10;

}  // namespace

ClockGuard::Verdict ClockGuard::check(std::int64_t& time, MonotonicTime arrival) {
    const MonotonicTime before = std::exchange(last_arrival_, arrival);
    if (!last_) {
        last_ = time;
        return Verdict::as_sent;
    }
    const std::int64_t rate = clock_rate_hz_;
    const std::int64_t step = time - *last_;
    // What waited in the network comes late and at once, so only a time ahead of the passing of time is
    // suspicious.
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(arrival - before).count();
    if (step < -max_seconds_back * rate || step > passed * rate / 1000 + max_seconds_ahead * rate) {
        if (++outliers_in_a_row_ >= outliers_that_are_a_jump) return Verdict::jumped;
        time = *last_ += spacing_;
        return Verdict::restamped;
    }
    outliers_in_a_row_ = 0;
    if (step <= 0) {
        time = ++*last_;
        return Verdict::restamped;
    }
    spacing_ = step;
    last_ = time;
    return Verdict::as_sent;
}

}  // namespace vedette::gateway::ingest
