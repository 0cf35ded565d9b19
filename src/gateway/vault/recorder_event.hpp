#pragma once
// What happened to the recorder as a whole, and not to one camera: it was started, or its clock was set.

#include <cstdint>
#include <string>
#include <variant>

#include "base/time.hpp"

namespace vedette::vault {

/// Whether the operating system holds its clock to be synchronised (NTP, PTP). The numbers are stored.
enum class ClockTrust : std::uint8_t { not_known = 0, synchronised = 1, not_synchronised = 2 };

/// How the process before ended. The numbers are stored.
enum class EndBefore : std::uint8_t {
    not_known = 1,  ///< there was none, or nothing is left that tells
    orderly = 2,    ///< everything was written and signed
    cut_off = 3,    ///< killed, or the power failed
};

inline constexpr std::size_t max_version_text = 32;  ///< bytes

/// The recorder was started: once for each process.
struct RecorderStart {
    std::uint64_t number = 1;  ///< counts the starts without holes, from 1
    std::uint64_t run = 0;     ///< that no other start and no recording has; this process's runs are greater
    UtcTime at;
    EndBefore before = EndBefore::not_known;
    UtcTime idle_since;  ///< the last sign of life of the process before; `at` where there is none
    ClockTrust clock = ClockTrust::not_known;
    std::string version;  ///< of the program; at most max_version_text bytes
    friend bool operator==(const RecorderStart&, const RecorderStart&) = default;
};

/// How it was found that the clock was set. The numbers are stored.
enum class StepNoticed : std::uint8_t {
    running = 1,   ///< it went on otherwise than the monotonic clock did
    at_start = 2,  ///< it shows less than it did before the recorder was stopped
};

/// The wall clock was set, or the machine slept.
struct ClockStep {
    UtcTime from;  ///< what the clock would have shown
    UtcTime to;    ///< what it shows
    StepNoticed noticed = StepNoticed::running;
    ClockTrust clock = ClockTrust::not_known;  ///< after it
    Ticks90k by() const { return to - from; }
    friend bool operator==(const ClockStep&, const ClockStep&) = default;
};

using RecorderEvent = std::variant<RecorderStart, ClockStep>;

/// When it was, by the clock from then on.
UtcTime time_of(const RecorderEvent& event);
/// From the earliest to the latest moment that it speaks of.
UtcInterval span_of(const RecorderEvent& event);
/// "synchronised", "not_synchronised", "not_known": as they are sent.
std::string_view to_string(ClockTrust trust);
std::string_view to_string(EndBefore end);
std::string_view to_string(StepNoticed noticed);
/// A line for people, without the time of a start: "by version 0.1.0; the process before was cut off, and
/// nothing ran for 0:00:12 h".
std::string describe(const RecorderEvent& event);

}  // namespace vedette::vault
