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

}  // namespace vedette::wire
