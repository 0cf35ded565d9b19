#pragma once
// Whether what a camera sends now is to be recorded: by its plan, the clock on the wall, and its events.
// Pure: time comes in.

#include <array>
#include <map>
#include <optional>
#include <string>

#include "wire/recording.hpp"

namespace vedette::gateway {

/// A camera that has not told its events for so long can't be recorded on event.
inline constexpr std::chrono::seconds events_patience{30};

/// What is known of a camera's events: which go on, and when each kind was seen last. By the monotonic clock,
/// so that a wall clock that is set changes nothing. One thread.
class EventActivity {
  public:
    static constexpr std::size_t max_lasting = 256;  ///< as many as a camera's tracker remembers

    /// An event began, ended, or happened in a moment, as CameraEvent says it.
    void take(const wire::CameraEvent& event, MonotonicTime now);
    /// Call about once a second: whether the camera tells its events at present. While it does not, what
    /// lasted is not known to last.
    void heard(bool is_heard, MonotonicTime now);

    /// When an event of one of these kinds was seen last, which is `now` while one is known to last.
    std::optional<MonotonicTime> last_seen(wire::EventKinds kinds, MonotonicTime now) const;
    /// The camera has told nothing of its events for events_patience.
    bool is_deaf(MonotonicTime now) const;

  private:
    std::map<std::string, wire::EventKind> lasting_;  ///< by topic and source
    std::array<std::optional<MonotonicTime>, wire::event_kind_count> seen_{};
    bool is_heard_ = false;
    std::optional<MonotonicTime> unheard_since_;
};

struct RecordingDecision {
    wire::RecordingMode mode = wire::RecordingMode::continuous;
    bool record = true;
    bool deaf = false;  ///< it should be recorded on event, and its events are not told
    /// Recording ends then, unless another event comes or the plan says otherwise; unset: it goes on.
    std::optional<MonotonicTime> until{};
};

RecordingDecision decide(const wire::RecordingPlan& plan, const EventActivity& events, WallTime wall,
                         MonotonicTime now);

/// In words for the one who watches; `why_deaf` is a sentence, or empty.
wire::RecordingNow describe(const RecordingDecision& decision, const std::string& why_deaf);

}  // namespace vedette::gateway
