#include "gateway/devices/event_tracker.hpp"

#include <algorithm>
#include <utility>

namespace vedette::gateway::devices {

namespace {

using onvif::PropertyOperation;

static_assert(static_cast<int>(onvif::EventKind::motion) == static_cast<int>(wire::EventKind::motion));
static_assert(static_cast<int>(onvif::EventKind::tamper) == static_cast<int>(wire::EventKind::tamper));
static_assert(static_cast<int>(onvif::EventKind::digital_input) ==
              static_cast<int>(wire::EventKind::digital_input));
static_assert(static_cast<int>(onvif::EventKind::relay_output) ==
              static_cast<int>(wire::EventKind::relay_output));
static_assert(static_cast<int>(onvif::EventKind::sound) == static_cast<int>(wire::EventKind::sound));
static_assert(static_cast<int>(onvif::EventKind::analytics) == static_cast<int>(wire::EventKind::analytics));
static_assert(static_cast<int>(onvif::EventKind::device) == static_cast<int>(wire::EventKind::device));
static_assert(static_cast<int>(onvif::EventKind::other) == static_cast<int>(wire::EventKind::other));

std::string key_of(std::string_view topic, std::string_view source) {
    return fmt::format("{}\n{}", topic, source);
}

}  // namespace

std::string source_of(const onvif::Notification& notification) {
    std::string out;
    for (const onvif::Item& item : notification.source) {
        if (item.value.empty()) continue;
        if (!out.empty()) out += ", ";
        out += item.value;
    }
    return out;
}

void EventTracker::restore(wire::CameraEvent event) {
    if (properties_.size() >= max_properties) return;
    const std::string key = key_of(event.topic, event.source);
    properties_[key] = {.on = true, .event = std::move(event)};
}

bool EventTracker::may_add(MonotonicTime now) {
    if (last_) {
        const double seconds = std::chrono::duration<double>(now - *last_).count();
        room_ = std::min(event_burst, room_ + std::max(0.0, seconds) * events_per_second);
    }
    last_ = now;
    if (room_ < 1) {
        ++dropped_;
        return false;
    }
    room_ -= 1;
    return true;
}

EventTracker::Change EventTracker::take(const onvif::Notification& notification, MonotonicTime now) {
    const UtcTime time = notification.time.value_or(UtcTime());
    wire::CameraEvent event{.camera = camera_,
                            .kind = static_cast<wire::EventKind>(onvif::kind_of_topic(notification.topic)),
                            .topic = notification.topic,
                            .source = source_of(notification),
                            .detail = onvif::describe(notification.data),
                            .start = time,
                            .end = {}};
    const auto state = onvif::state_of(notification);
    const bool deleted = notification.operation == PropertyOperation::deleted;
    if (!state && !deleted) {
        // A state that is no on or off is told when it changes; how it was at the beginning is no event.
        if (notification.operation == PropertyOperation::initialized || !may_add(now)) return {};
        event.end = time;
        return {.what = What::happens, .event = std::move(event)};
    }
    const std::string key = key_of(event.topic, event.source);
    const auto known = properties_.find(key);
    const bool was_on = known != properties_.end() && known->second.on;
    const bool is_on = !deleted && state.value_or(false);
    if (is_on == was_on) {
        if (deleted && known != properties_.end()) properties_.erase(known);
        return {};
    }
    if (!is_on) {
        Change change{.what = What::ends, .event = std::move(known->second.event)};
        change.event.end = std::max(change.event.start, time);
        properties_.erase(known);
        return change;
    }
    if (properties_.size() >= max_properties || !may_add(now)) return {};
    properties_[key] = {.on = true, .event = event};
    return {.what = What::begins, .event = std::move(event)};
}

void EventTracker::keep(const wire::CameraEvent& event, std::uint64_t id) {
    const auto known = properties_.find(key_of(event.topic, event.source));
    if (known != properties_.end()) known->second.event.id = id;
}

}  // namespace vedette::gateway::devices
