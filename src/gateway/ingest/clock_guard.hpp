#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace vedette::gateway::ingest {

/// Keeps the times of one track of a run growing, whatever the camera's clock does. One thread.
class ClockGuard {
  public:
    enum class Verdict : std::uint8_t {
        as_sent,
        restamped,  ///< the camera's time could not be; `time` was replaced
        jumped,     ///< the camera's clock goes on from somewhere else: the run can't
    };

    explicit ClockGuard(std::uint32_t clock_rate_hz) : clock_rate_hz_(clock_rate_hz) {}

    /// The next access unit's RTP time, and when it arrived. One that goes back or stands still a little
    /// becomes the smallest step forward. A single time that is seconds back, or far ahead of what has passed
    /// since the last one, is a slip of the camera (quirks 64, 66): it gets the usual distance. Three in a
    /// row are its new clock.
    Verdict check(std::int64_t& time, MonotonicTime arrival);

  private:
    std::uint32_t clock_rate_hz_;
    std::optional<std::int64_t> last_;
    MonotonicTime last_arrival_{};
    std::int64_t spacing_ = 1;
    unsigned outliers_in_a_row_ = 0;
};

}  // namespace vedette::gateway::ingest
