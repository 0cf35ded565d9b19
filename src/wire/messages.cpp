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

}  // namespace vedette::wire
