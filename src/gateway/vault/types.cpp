#include "gateway/vault/types.hpp"

#include <fmt/core.h>

namespace vedette::vault {

std::string_view to_string(CameraSignature signature) {
    switch (signature) {
        case CameraSignature::not_looked_for:
            return "no signature";
        case CameraSignature::not_signed:
            return "not signed";
        case CameraSignature::authentic:
            return "authentic";
        case CameraSignature::authentic_with_missing:
            return "authentic, pictures missing";
        case CameraSignature::not_authentic:
            return "not authentic";
        case CameraSignature::not_known_yet:
            break;
    }
    return "signed, not known";
}

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
        case GapReason::by_schedule:
            return "not recorded by its plan: off at that time";
        case GapReason::no_event:
            return "not recorded by its plan: no event came";
        case GapReason::events_unheard:
            return "the camera did not tell its events";
        case GapReason::other:
            break;
    }
    return "other";
}

std::string describe_rule(DeletionRule rule, std::uint64_t value) {
    switch (rule) {
        case DeletionRule::keep_days:
            return fmt::format("{} day{}", value, value == 1 ? "" : "s");
        case DeletionRule::keep_bytes:
            return value < 1'000'000'000 ? fmt::format("at most {:.1f} MB", static_cast<double>(value) / 1e6)
                                         : fmt::format("at most {:.1f} GB", static_cast<double>(value) / 1e9);
        case DeletionRule::keep_free_percent:
            break;
    }
    return fmt::format("{} % of the disk stay free", value);
}

}  // namespace vedette::vault
