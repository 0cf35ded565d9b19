#include "wire/messages.hpp"

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

std::optional<CameraState> parse_camera_state(std::string_view text) {
    for (const auto state : {CameraState::connecting, CameraState::recording, CameraState::waiting,
                             CameraState::unauthorised, CameraState::certificate_changed})
        if (to_string(state) == text) return state;
    return std::nullopt;
}

}  // namespace vedette::wire
