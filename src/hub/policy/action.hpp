#pragma once
// All that can be asked of the hub.

#include <cstdint>
#include <optional>
#include <string_view>

namespace vedette::hub::policy {

enum class Action : std::uint8_t {
    load_web_client,
    view_health,
    view_setup,
    claim,
    begin_sign_in,
    sign_in,
    accept_invitation,
    view_session,
    sign_out,
    list_cameras,
    add_camera,
    test_camera,
    list_interfaces,
    discover_cameras,
    inspect_device,
    view_camera,
    change_camera,
    remove_camera,
    maintain_camera,
    view_recordings,
    export_recording,
    view_holds,
    place_hold,
    lift_hold,
    open_websocket,
    watch_live,
    play_recording,
    control_ptz,
    switch_relay,
    view_events,
    list_events,
    talk,
    view_metrics,
    view_settings,
    change_settings,
    view_own_account,
    manage_own_account,
    view_users,
    manage_users,
    view_roles,
    manage_roles,
    change_access_rules,
    read_audit,
    view_audit_stream,
    end_access,
    view_clearance,
    seek_clearance,
    view_approvals,
    give_approval,
    approve_over_camera,
    approve_over_organisation,
    test_known_camera,
    preview_recording,
    view_as_user,
    view_device,
    upload_firmware,
};
constexpr std::uint8_t action_count = 56;
/// As in the audit log, and in docs/ref/openapi.yaml: "remove_camera".
std::string_view to_string(Action action);
std::optional<Action> parse_action(std::string_view text);

}  // namespace vedette::hub::policy
