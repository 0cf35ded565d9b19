#pragma once
// What a stream's media tells about the camera's health: its clocks, its key frames, its last picture.

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.hpp"

namespace vedette::gateway::ingest {

/// How fast a camera's media clock runs, against the gateway's monotonic clock. Packets can be late and never
/// early, so the least lag of each window is where the clock stands; a line through these is the drift. One
/// thread.
class ClockDrift {
  public:
    /// A picture at `camera_seconds` of the media clock (any origin) has arrived. A jump of the clock begins
    /// anew; a single time that jumps is left out.
    void sample(double camera_seconds, MonotonicTime arrival);
    /// Parts per million; positive: the camera's clock is fast. nullopt until the line is steady, half a
    /// minute at least.
    std::optional<double> ppm() const;
    void reset() { *this = {}; }

  private:
    struct Window {
        double at = 0;   ///< gateway's seconds since the first sample
        double lag = 0;  ///< least of the window; seconds
    };
    std::optional<MonotonicTime> origin_;
    double last_lag_ = 0;
    unsigned jumps_in_a_row_ = 0;
    std::deque<Window> windows_;  ///< the last one is still being filled
    double window_end_ = 0;
};

/// A camera's wall clock minus `now`, by the NTP time of a sender report that has just come (RFC 3550 section
/// 6.4.1). nullopt: the camera has no wall clock; it sends zero, or the time since it was switched on.
std::optional<Ticks90k> wall_clock_offset(std::uint64_t ntp, UtcTime now);

struct StreamFigures {
    std::optional<UtcTime> last_picture{};  ///< when it arrived
    /// Of the last two key frames; more when the next one is overdue. nullopt before the second.
    std::optional<double> key_frame_interval_seconds{};
    std::optional<double> clock_drift_ppm{};  ///< see ClockDrift
    std::optional<Ticks90k> clock_offset{};   ///< see wall_clock_offset()
};

/// One thread.
class StreamMeter {
  public:
    struct Instant {
        UtcTime utc;
        MonotonicTime monotonic;
    };
    /// Another session: its media clock has nothing to do with the last one's.
    void begin_session();
    /// A picture; `time` as AccessUnit::time.
    void picture(std::int64_t time, std::uint32_t clock_rate_hz, bool random_access, Instant now);
    void sender_report(std::uint64_t ntp, UtcTime now);

    StreamFigures figures(MonotonicTime now) const;

  private:
    struct KeyFrame {
        std::int64_t time = 0;
        MonotonicTime arrived;
    };
    StreamFigures figures_;
    ClockDrift drift_;
    std::optional<KeyFrame> key_frame_;
    /// Of the last reports: what is late makes the offset smaller, so the largest counts.
    std::deque<Ticks90k> offsets_;
};

}  // namespace vedette::gateway::ingest
