#include "gateway/cameras/recording_planner.hpp"

#include <algorithm>

namespace vedette::gateway {

namespace {

using wire::RecordingMode;

auto& of_kind(auto& by_kind, wire::EventKind kind) {
    return by_kind.at(static_cast<std::size_t>(kind));
}

}  // namespace

void EventActivity::take(const wire::CameraEvent& event, MonotonicTime now) {
    std::string key = event.topic + '\n' + event.source;
    of_kind(seen_, event.kind) = now;
    if (event.end)
        lasting_.erase(key);
    else if (lasting_.size() < max_lasting)
        lasting_[std::move(key)] = event.kind;
}

void EventActivity::heard(bool is_heard, MonotonicTime now) {
    is_heard_ = is_heard;
    if (!is_heard) {
        if (!unheard_since_) unheard_since_ = now;
        return;
    }
    unheard_since_.reset();
    for (const auto& [key, kind] : lasting_) of_kind(seen_, kind) = now;
}

std::optional<MonotonicTime> EventActivity::last_seen(wire::EventKinds kinds, MonotonicTime now) const {
    std::optional<MonotonicTime> last;
    for (std::size_t kind = 0; kind < seen_.size(); ++kind)
        if (kinds[kind] && seen_[kind]) last = std::max(last.value_or(*seen_[kind]), *seen_[kind]);
    const bool lasts = is_heard_ && std::ranges::any_of(lasting_, [&](const auto& entry) {
                           return kinds[static_cast<std::size_t>(entry.second)];
                       });
    return lasts ? now : last;
}

bool EventActivity::is_deaf(MonotonicTime now) const {
    return unheard_since_ && now - *unheard_since_ >= events_patience;
}

RecordingDecision decide(const wire::RecordingPlan& plan, const EventActivity& events, WallTime wall,
                         MonotonicTime now) {
    RecordingDecision decision{.mode = plan.mode_at(wall)};
    if (decision.mode == RecordingMode::continuous) return decision;
    decision.record = false;
    if (decision.mode == RecordingMode::off) return decision;
    decision.deaf = events.is_deaf(now);
    const auto last = events.last_seen(plan.event_kinds, now);
    if (!last || now >= *last + plan.post_roll) return decision;
    decision.record = true;
    decision.until = *last + plan.post_roll;
    return decision;
}

wire::RecordingNow describe(const RecordingDecision& decision, const std::string& why_deaf) {
    wire::RecordingNow now{.mode = decision.mode, .wanted = decision.record, .trouble = false, .message = {}};
    switch (decision.mode) {
        case RecordingMode::continuous:
            break;
        case RecordingMode::off:
            now.message = "Not recording now, by its plan.";
            break;
        case RecordingMode::on_event:
            now.trouble = decision.deaf;
            if (decision.deaf)
                now.message = "It is to be recorded on event, and does not tell its events" +
                              (why_deaf.empty() ? std::string() : ": " + why_deaf) +
                              (why_deaf.ends_with('.') ? "" : ".");
            else
                now.message = decision.record ? "Recording because of an event."
                                              : "Not recording now, by its plan: waiting for an event.";
            break;
    }
    return now;
}

}  // namespace vedette::gateway
