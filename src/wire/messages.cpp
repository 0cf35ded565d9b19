#include "wire/messages.hpp"

#include <algorithm>

namespace vedette::wire {

std::string_view to_string(CameraState state) {
    switch (state) {
        case CameraState::connecting:
            return "connecting";
        case CameraState::recording:
            return "recording";
        case CameraState::waiting:
            return "waiting";
        case CameraState::unauthorised:
            return "unauthorised";
        case CameraState::certificate_changed:
            return "certificate_changed";
    }
    return "unknown";
}

std::string_view to_string(GapFillingState state) {
    switch (state) {
        case GapFillingState::off:
            return "off";
        case GapFillingState::unsupported:
            return "unsupported";
        case GapFillingState::idle:
            return "idle";
        case GapFillingState::fetching:
            return "fetching";
        case GapFillingState::failed:
            return "failed";
    }
    return "idle";
}

std::string_view to_string(DeletionRule rule) {
    switch (rule) {
        case DeletionRule::keep_days:
            return "keep_days";
        case DeletionRule::keep_bytes:
            return "keep_bytes";
        case DeletionRule::keep_free_percent:
            break;
    }
    return "keep_free_percent";
}

KeepRule inherited_rule(const InheritedRules& rules, const CameraId& camera) {
    KeepRule found;
    for (const GroupRule& rule : rules.groups) {
        if (std::ranges::find(rule.cameras, camera) == rule.cameras.end()) continue;
        found.keep_days = std::max(found.keep_days, rule.keep.keep_days);
        found.keep_bytes = std::max(found.keep_bytes, rule.keep.keep_bytes);
    }
    if (!found.keep_days) found.keep_days = rules.site.keep_days;
    if (!found.keep_bytes) found.keep_bytes = rules.site.keep_bytes;
    return found;
}

std::optional<CameraState> parse_camera_state(std::string_view text) {
    for (const auto state : {CameraState::connecting, CameraState::recording, CameraState::waiting,
                             CameraState::unauthorised, CameraState::certificate_changed})
        if (to_string(state) == text) return state;
    return std::nullopt;
}

std::string_view to_string(EventKind kind) {
    switch (kind) {
        case EventKind::motion:
            return "motion";
        case EventKind::tamper:
            return "tamper";
        case EventKind::digital_input:
            return "digital_input";
        case EventKind::relay_output:
            return "relay_output";
        case EventKind::sound:
            return "sound";
        case EventKind::analytics:
            return "analytics";
        case EventKind::device:
            return "device";
        case EventKind::other:
            break;
    }
    return "other";
}

std::optional<EventKind> parse_event_kind(std::string_view text) {
    for (std::uint8_t number = 0; number < event_kind_count; ++number)
        if (const auto kind = static_cast<EventKind>(number); to_string(kind) == text) return kind;
    return std::nullopt;
}

std::string_view to_string(RecordingMode mode) {
    switch (mode) {
        case RecordingMode::continuous:
            return "continuous";
        case RecordingMode::on_event:
            return "on_event";
        case RecordingMode::off:
            break;
    }
    return "off";
}

std::string_view to_string(SubscriptionState state) {
    switch (state) {
        case SubscriptionState::none:
            return "none";
        case SubscriptionState::connecting:
            return "connecting";
        case SubscriptionState::subscribed:
            return "subscribed";
        case SubscriptionState::waiting:
            return "waiting";
        case SubscriptionState::refused:
            return "refused";
    }
    return "unknown";
}

RequestBody::RequestBody(RequestBody&&) noexcept = default;
RequestBody& RequestBody::operator=(RequestBody&&) noexcept = default;
RequestBody::~RequestBody() = default;
Answer::Answer(Answer&&) noexcept = default;
Answer& Answer::operator=(Answer&&) noexcept = default;
Answer::~Answer() = default;
ToGateway::ToGateway(ToGateway&&) noexcept = default;
ToGateway& ToGateway::operator=(ToGateway&&) noexcept = default;
ToGateway::~ToGateway() = default;
ToHub::ToHub(ToHub&&) noexcept = default;
ToHub& ToHub::operator=(ToHub&&) noexcept = default;
ToHub::~ToHub() = default;

}  // namespace vedette::wire
