#pragma once
// Three clocks, three types (docs/design/time.md). Subtracting across them does not compile.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vedette {

/// 1/90000 s: the unit of all stored times and of RTP video clocks.
using Ticks90k = std::chrono::duration<std::int64_t, std::ratio<1, 90'000>>;

/// The gateway's or hub's wall clock; its epoch is 1970-01-01 UTC, leap seconds are not counted (as POSIX
/// time).
struct UtcClock {
    using duration = Ticks90k;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<UtcClock>;
    static constexpr bool is_steady = false;
};
using UtcTime = UtcClock::time_point;

/// A camera's media clock within one run; its epoch is the run's first access unit.
struct CameraClock {
    using duration = Ticks90k;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<CameraClock>;
    static constexpr bool is_steady = true;
};
using CameraTime = CameraClock::time_point;

/// Never steps; meaningful only within one process.
using MonotonicTime = std::chrono::steady_clock::time_point;

/// Half-open interval [start, end).
struct UtcInterval {
    UtcTime start;
    UtcTime end;

    bool empty() const { return end <= start; }
    bool overlaps(const UtcInterval& other) const { return start < other.end && other.start < end; }
    friend bool operator==(const UtcInterval&, const UtcInterval&) = default;
};

/// The only source of time for our code; tests pass a SimulatedClock. Safe to call from any thread.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual UtcTime utc_now() const = 0;
    virtual MonotonicTime monotonic_now() const = 0;
};

/// The operating system's clocks.
class SystemClock final : public Clock {
  public:
    UtcTime utc_now() const override;
    MonotonicTime monotonic_now() const override;
};

/// Stands still until told; for tests. Not thread-safe.
class SimulatedClock final : public Clock {
  public:
    explicit SimulatedClock(UtcTime utc) : utc_(utc) {}
    UtcTime utc_now() const override { return utc_; }
    MonotonicTime monotonic_now() const override { return monotonic_; }
    void advance(Ticks90k by);
    /// Moves the wall clock alone, as NTP or an administrator does.
    void step_utc(Ticks90k by) { utc_ += by; }

  private:
    UtcTime utc_;
    MonotonicTime monotonic_{};
};

/// RFC 3339 with milliseconds: 2026-11-21T01:35:06.120Z
std::string to_rfc3339(UtcTime time);

/// The reverse, with any zone and as many digits of a second: 2026-11-21T02:35:06+01:00. invalid_input
/// otherwise.
Result<UtcTime> parse_rfc3339(std::string_view text);

/// A day as RFC 3339 writes it (full-date): 2026-11-21
std::string to_date_text(std::chrono::year_month_day day);

/// The reverse; invalid_input otherwise, also for days that no calendar has.
Result<std::chrono::year_month_day> parse_date(std::string_view text);

/// As times are stored and sent: 90 kHz ticks since 1970-01-01 UTC.
constexpr std::int64_t ticks(UtcTime time) {
    return time.time_since_epoch().count();
}
constexpr UtcTime from_ticks(std::int64_t ticks_90k) {
    return UtcTime(Ticks90k(ticks_90k));
}

/// Seconds since 1970-01-01 UTC, as a time_t.
std::int64_t to_unix_seconds(UtcTime time);
UtcTime from_unix_seconds(std::int64_t seconds);

/// Days since 1970-01-01 UTC; the unit of key rotation. Rounds towards minus infinity.
std::int32_t utc_day(UtcTime time);

}  // namespace vedette
