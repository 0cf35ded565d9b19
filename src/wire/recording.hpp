#pragma once
// What hub and gateway say to each other about when a camera is recorded.

#include <bitset>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/weekly_schedule.hpp"
#include "wire/control.hpp"

namespace vedette::wire {

enum class RecordingMode : std::uint8_t { continuous, on_event, off };
std::string_view to_string(RecordingMode mode);

/// By the number of EventKind.
using EventKinds = std::bitset<event_kind_count>;
constexpr EventKinds kinds_of(std::initializer_list<EventKind> kinds) {
    unsigned long long bits = 0;
    for (const EventKind kind : kinds) bits |= 1ULL << static_cast<unsigned>(kind);
    return EventKinds(bits);
}
/// What happens in front of the camera; not its relays, its health and what is not known.
inline constexpr EventKinds usual_event_kinds = kinds_of(
    {EventKind::motion, EventKind::tamper, EventKind::digital_input, EventKind::sound, EventKind::analytics});

inline constexpr std::chrono::seconds max_pre_roll{60};
inline constexpr std::chrono::seconds min_post_roll{5};
inline constexpr std::chrono::seconds max_post_roll{600};

/// When a camera is recorded, by the clock on the site's wall. Holidays are as their day of the week.
struct RecordingPlan {
    WeeklySchedule continuous = WeeklySchedule::whole_week();
    WeeklySchedule on_event{};  ///< has no quarter of `continuous`; in what is in neither nothing is recorded
    std::chrono::seconds pre_roll{10};           ///< before an event
    std::chrono::seconds post_roll{30};          ///< after the last was over
    EventKinds event_kinds = usual_event_kinds;  ///< that count as events

    RecordingMode mode_at(WallTime time) const {
        if (continuous.contains(time)) return RecordingMode::continuous;
        return on_event.contains(time) ? RecordingMode::on_event : RecordingMode::off;
    }
    friend bool operator==(const RecordingPlan&, const RecordingPlan&) = default;
};

/// What an administrator writes. A field that is not set stays as it is.
struct RecordingSettings {
    std::optional<WeeklySchedule> continuous;
    std::optional<WeeklySchedule> on_event;
    std::optional<std::chrono::seconds> pre_roll;   ///< 0 to max_pre_roll
    std::optional<std::chrono::seconds> post_roll;  ///< min_post_roll to max_post_roll
    std::optional<EventKinds> event_kinds;
};

/// What the plan asks for at this moment.
struct RecordingNow {
    RecordingMode mode = RecordingMode::continuous;
    bool wanted = true;    ///< what comes from the camera is stored
    bool trouble = false;  ///< it is not as it should be
    std::string message;   ///< one sentence, when it is not simply recorded; else empty

    friend bool operator==(const RecordingNow&, const RecordingNow&) = default;
};

}  // namespace vedette::wire
