#include "gateway/vault/types.hpp"

namespace vedette::vault {

std::string_view to_string(GapReason reason) {
    switch (reason) {
        case GapReason::camera_unreachable:
            return "camera unreachable";
        case GapReason::camera_silent:
            return "camera sent nothing";
        case GapReason::bad_media:
            return "unusable media";
        case GapReason::disk_slow:
            return "disk too slow";
        case GapReason::disk_full:
            return "disk full or not writable";
        case GapReason::not_running:
            return "recorder was not running";
        case GapReason::switched_off:
            return "recording switched off";
        case GapReason::clock_step:
            return "clock was set forward";
        case GapReason::other:
            break;
    }
    return "other";
}

}  // namespace vedette::vault
