#include "hub/policy/right.hpp"

namespace vedette::hub::policy {

std::string_view to_string(Right right) {
    switch (right) {
        case Right::see_live:
            return "see_live";
        case Right::play_back:
            return "play_back";
        case Right::hear:
            return "hear";
        case Right::see_events:
            return "see_events";
        case Right::export_recordings:
            return "export_recordings";
        case Right::control_ptz:
            return "control_ptz";
        case Right::switch_relays:
            return "switch_relays";
        case Right::talk:
            return "talk";
        case Right::place_holds:
            return "place_holds";
        case Right::lift_holds:
            return "lift_holds";
        case Right::configure_cameras:
            return "configure_cameras";
        case Right::remove_cameras:
            return "remove_cameras";
        case Right::maintain_devices:
            return "maintain_devices";
        case Right::approve_actions:
            return "approve_actions";
        case Right::add_cameras:
            return "add_cameras";
        case Right::change_settings:
            return "change_settings";
        case Right::view_metrics:
            return "view_metrics";
        case Right::manage_users:
            return "manage_users";
        case Right::manage_roles:
            return "manage_roles";
        case Right::read_audit:
            return "read_audit";
    }
    return "unknown";
}

std::optional<Right> parse_right(std::string_view text) {
    for (std::uint8_t i = 0; i < right_count; ++i)
        if (to_string(static_cast<Right>(i)) == text) return static_cast<Right>(i);
    return std::nullopt;
}

}  // namespace vedette::hub::policy
