#pragma once
// Whether the wall clock goes on as time passes, or was set.

#include <functional>
#include <optional>

#include "gateway/vault/recorder_event.hpp"

namespace vedette::vault {

/// A difference of less is no step: what NTP sets in one go is more (128 ms), and what a busy machine may do
/// between the readings of two clocks is thrown away.
inline constexpr Ticks90k least_clock_step = std::chrono::milliseconds(120);

/// What the kernel says of its clock (adjtimex(2)). Where it may not be asked, as under systemd's
/// ProtectClock, a note of systemd-timesyncd counts; without one it is not known.
ClockTrust system_clock_trust();

/// Belongs to one thread.
class ClockWatch {
  public:
    /// `clock` outlives it.
    explicit ClockWatch(const Clock& clock);
    /// A step since the last look, of least_clock_step or more; slewing is none, however long it goes on.
    std::optional<ClockStep> look();

  private:
    struct Reading {
        UtcTime utc;
        MonotonicTime monotonic;
    };
    std::optional<Reading> read() const;

    const Clock& clock_;
    std::optional<Reading> last_;
};

}  // namespace vedette::vault
