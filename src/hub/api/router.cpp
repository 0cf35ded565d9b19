#include "hub/api/router.hpp"

#include <array>
#include <charconv>

namespace vedette::hub::api {

namespace {

policy::Object the_service(OrganisationId, const PathParameters&) {
    return policy::Object::service();
}
policy::Object the_organisation(OrganisationId organisation, const PathParameters&) {
    return policy::Object::of(organisation);
}
policy::Object the_camera(OrganisationId organisation, const PathParameters& parameters) {
    // Without a camera the object has the wrong kind, which policy denies.
    return parameters.camera ? policy::Object::of(organisation, *parameters.camera)
                             : policy::Object::of(organisation);
}

using enum net::Method;
using Do = policy::Action;

// Text before placeholders, the web client last: the first match counts.
// clang-format off
constexpr auto table = std::to_array<Route>({
    {get,   "/api/v1/health",                                  "getHealth",         Do::view_health,        the_service,      get_health},
    {get,   "/api/v1/setup",                                   "getSetup",          Do::view_setup,         the_service,      get_setup},
    {post,  "/api/v1/setup/claim",                             "claim",             Do::claim,              the_service,      claim},
    {get,   "/api/v1/session",                                 "getSession",        Do::view_session,       the_organisation, get_session},
    {post,  "/api/v1/session",                                 "signIn",            Do::sign_in,            the_service,      sign_in},
    {del,   "/api/v1/session",                                 "signOut",           Do::sign_out,           the_organisation, sign_out},
    {get,   "/api/v1/cameras",                                 "listCameras",       Do::list_cameras,       the_organisation, list_cameras},
    {post,  "/api/v1/cameras",                                 "addCamera",         Do::add_camera,         the_organisation, add_camera},
    {post,  "/api/v1/cameras/test",                            "testCamera",        Do::test_camera,        the_organisation, test_camera},
    {get,   "/api/v1/cameras/{camera_id}",                     "getCamera",         Do::view_camera,        the_camera,       get_camera},
    {patch, "/api/v1/cameras/{camera_id}",                     "changeCamera",      Do::change_camera,      the_camera,       change_camera},
    {del,   "/api/v1/cameras/{camera_id}",                     "removeCamera",      Do::remove_camera,      the_camera,       remove_camera},
    {get,   "/api/v1/cameras/{camera_id}/states",              "getCameraStates",   Do::view_camera,        the_camera,       get_camera_states},
    {get,   "/api/v1/cameras/{camera_id}/recordings",          "getRecordings",     Do::view_recordings,    the_camera,       get_recordings},
    {get,   "/api/v1/cameras/{camera_id}/recordings/media",    "getRecordedMedia",  Do::export_recording,   the_camera,       get_recorded_media},
    {get,   "/api/v1/cameras/{camera_id}/thumbnail",           "getThumbnail",      Do::preview_recording,  the_camera,       get_thumbnail},
    {get,   "/api/v1/cameras/{camera_id}/holds",               "listHolds",         Do::view_holds,         the_camera,       list_holds},
    {post,  "/api/v1/cameras/{camera_id}/holds",               "placeHold",         Do::place_hold,         the_camera,       place_hold},
    {del,   "/api/v1/cameras/{camera_id}/holds/{hold_id}",     "liftHold",          Do::lift_hold,          the_camera,       lift_hold},
    {get,   "/api/v1/cameras/{camera_id}/device",              "getDevice",         Do::view_device,        the_camera,       get_device},
    {put,   "/api/v1/cameras/{camera_id}/device/clock",        "setDeviceClock",    Do::maintain_camera,    the_camera,       set_device_clock},
    {put,   "/api/v1/cameras/{camera_id}/device/password",     "changeDevicePassword", Do::maintain_camera, the_camera,       change_device_password},
    {post,  "/api/v1/cameras/{camera_id}/device/reboot",       "rebootDevice",      Do::maintain_camera,    the_camera,       reboot_device},
    {put,   "/api/v1/cameras/{camera_id}/device/imaging",      "setDeviceImaging",  Do::maintain_camera,    the_camera,       set_device_imaging},
    {post,  "/api/v1/cameras/{camera_id}/device/firmware",     "beginFirmware",     Do::maintain_camera,    the_camera,       begin_firmware},
    {put,   "/api/v1/cameras/{camera_id}/device/firmware",     "uploadFirmware",    Do::upload_firmware,    the_camera,       upload_firmware, BodyType::bytes},
    {get,   "/api/v1/discovery/interfaces",                    "listInterfaces",    Do::list_interfaces,    the_organisation, list_interfaces},
    {post,  "/api/v1/discovery",                               "discoverCameras",   Do::discover_cameras,   the_organisation, discover_cameras},
    {post,  "/api/v1/discovery/inspect",                       "inspectDevice",     Do::inspect_device,     the_organisation, inspect_device},
    {post,  "/api/v1/discovery/preview",                       "previewDevice",     Do::inspect_device,     the_organisation, preview_device},
    {get,   "/api/v1/cameras/{camera_id}/ptz",                 "getPtz",            Do::view_camera,        the_camera,       get_ptz},
    {post,  "/api/v1/cameras/{camera_id}/ptz/move",            "movePtz",           Do::control_ptz,        the_camera,       move_ptz},
    {post,  "/api/v1/cameras/{camera_id}/ptz/stop",            "stopPtz",           Do::control_ptz,        the_camera,       stop_ptz},
    {post,  "/api/v1/cameras/{camera_id}/ptz/step",            "stepPtz",           Do::control_ptz,        the_camera,       step_ptz},
    {put,   "/api/v1/cameras/{camera_id}/ptz/position",        "placePtz",          Do::control_ptz,        the_camera,       place_ptz},
    {post,  "/api/v1/cameras/{camera_id}/ptz/home",            "goHome",            Do::control_ptz,        the_camera,       go_home},
    {put,   "/api/v1/cameras/{camera_id}/ptz/home",            "setHome",           Do::control_ptz,        the_camera,       set_home},
    {put,   "/api/v1/cameras/{camera_id}/ptz/presets",         "savePreset",        Do::control_ptz,        the_camera,       save_preset},
    {post,  "/api/v1/cameras/{camera_id}/ptz/presets/recall",  "recallPreset",      Do::control_ptz,        the_camera,       recall_preset},
    {del,   "/api/v1/cameras/{camera_id}/ptz/presets",         "removePreset",      Do::control_ptz,        the_camera,       remove_preset},
    {put,   "/api/v1/cameras/{camera_id}/ptz/patrols",         "savePatrol",        Do::control_ptz,        the_camera,       save_patrol},
    {del,   "/api/v1/cameras/{camera_id}/ptz/patrols",         "removePatrol",      Do::control_ptz,        the_camera,       remove_patrol},
    {post,  "/api/v1/cameras/{camera_id}/ptz/patrols/start",   "startPatrol",       Do::control_ptz,        the_camera,       start_patrol},
    {post,  "/api/v1/cameras/{camera_id}/ptz/patrols/stop",    "stopPatrol",        Do::control_ptz,        the_camera,       stop_patrol},
    {get,   "/api/v1/cameras/{camera_id}/relays",              "listRelays",        Do::view_camera,        the_camera,       list_relays},
    {post,  "/api/v1/cameras/{camera_id}/relays",              "switchRelay",       Do::switch_relay,       the_camera,       switch_relay},
    {get,   "/api/v1/cameras/{camera_id}/events",              "getCameraEvents",   Do::view_events,        the_camera,       get_camera_events},
    {get,   "/api/v1/events",                                  "listEvents",        Do::list_events,        the_organisation, list_events},
    {post,  "/api/v1/session/invitation",                      "acceptInvitation",  Do::accept_invitation,  the_service,      accept_invitation},
    {post,  "/api/v1/session/second-factor",                   "giveSecondFactor",  Do::sign_in,            the_service,      give_second_factor},
    {get,   "/api/v1/mail",                                    "getMailServer",     Do::view_settings,      the_organisation, get_mail_server},
    {put,   "/api/v1/mail",                                    "setMailServer",     Do::change_settings,    the_organisation, set_mail_server},
    {del,   "/api/v1/mail",                                    "removeMailServer",  Do::change_settings,    the_organisation, remove_mail_server},
    {post,  "/api/v1/mail/test",                               "testMailServer",    Do::change_settings,    the_organisation, test_mail_server},
    {get,   "/api/v1/sms",                                     "getSmsServer",      Do::view_settings,      the_organisation, get_webhook},
    {put,   "/api/v1/sms",                                     "setSmsServer",      Do::change_settings,    the_organisation, set_webhook},
    {del,   "/api/v1/sms",                                     "removeSmsServer",   Do::change_settings,    the_organisation, remove_webhook},
    {post,  "/api/v1/sms/test",                                "testSmsServer",     Do::change_settings,    the_organisation, test_webhook},
    {post,  "/api/v1/account/mail",                            "beginMailAddress",  Do::manage_own_account, the_organisation, begin_mail_address},
    {post,  "/api/v1/account/mail/confirm",                    "confirmMailAddress", Do::manage_own_account, the_organisation, confirm_mail_address},
    {post,  "/api/v1/account/mail/remove",                     "removeMailAddress", Do::manage_own_account, the_organisation, remove_mail_address},
    {post,  "/api/v1/account/mail/code",                       "sendMailProof",     Do::manage_own_account, the_organisation, send_mail_proof},
    {post,  "/api/v1/session/second-factor/mail",              "sendSignInCode",    Do::begin_sign_in,      the_service,      send_sign_in_code},
    {post,  "/api/v1/session/break-glass",                     "breakGlass",        Do::sign_in,            the_service,      break_glass},
    {get,   "/api/v1/break-glass",                             "listBreakGlass",    Do::view_users,         the_organisation, list_break_glass},
    {post,  "/api/v1/break-glass",                             "addBreakGlass",     Do::manage_users,       the_organisation, add_break_glass},
    {post,  "/api/v1/users/{user_id}/envelope",                "sealEnvelope",      Do::manage_users,       the_organisation, seal_envelope},
    {post,  "/api/v1/session/second-person",                   "finishSignIn",      Do::sign_in,            the_service,      finish_sign_in},
    {post,  "/api/v1/session/second-person/state",             "getWaitingSignIn",  Do::begin_sign_in,      the_service,      get_waiting_sign_in},
    {post,  "/api/v1/session/passkey/challenge",               "beginPasskeySignIn", Do::begin_sign_in,      the_service,      begin_passkey_sign_in},
    {post,  "/api/v1/session/passkey",                         "signInWithPasskey", Do::sign_in,            the_service,      sign_in_with_passkey},
    {get,   "/api/v1/account",                                 "getAccount",        Do::view_own_account,   the_organisation, get_account},
    {put,   "/api/v1/account/password",                        "changePassword",    Do::manage_own_account, the_organisation, change_password},
    {post,  "/api/v1/account/authenticator",                   "beginAuthenticator", Do::manage_own_account, the_organisation, begin_authenticator},
    {post,  "/api/v1/account/authenticator/confirm",           "confirmAuthenticator", Do::manage_own_account, the_organisation, confirm_authenticator},
    {post,  "/api/v1/account/authenticator/remove",            "removeAuthenticator", Do::manage_own_account, the_organisation, remove_authenticator},
    {post,  "/api/v1/account/passkeys/challenge",              "beginPasskey",      Do::manage_own_account, the_organisation, begin_passkey},
    {post,  "/api/v1/account/passkeys/proof",                  "beginPasskeyProof", Do::manage_own_account, the_organisation, begin_passkey_proof},
    {post,  "/api/v1/account/passkeys",                        "addPasskey",        Do::manage_own_account, the_organisation, add_passkey},
    {patch, "/api/v1/account/passkeys/{passkey_id}",           "renamePasskey",     Do::manage_own_account, the_organisation, rename_passkey},
    {post,  "/api/v1/account/passkeys/{passkey_id}/remove",    "removePasskey",     Do::manage_own_account, the_organisation, remove_passkey},
    {del,   "/api/v1/account/sessions",                        "endOtherSessions",  Do::manage_own_account, the_organisation, end_other_sessions},
    {del,   "/api/v1/account/sessions/{session_id}",           "endSession",        Do::manage_own_account, the_organisation, end_session},
    {get,   "/api/v1/account/tokens",                          "listApiTokens",     Do::view_own_account,   the_organisation, list_api_tokens},
    {post,  "/api/v1/account/tokens",                          "createApiToken",    Do::manage_own_account, the_organisation, create_api_token},
    {del,   "/api/v1/account/tokens/{token_id}",               "revokeApiToken",    Do::manage_own_account, the_organisation, revoke_api_token},
    {get,   "/api/v1/clearances/{clearance_id}",               "getClearance",      Do::view_clearance,     the_organisation, get_clearance},
    {del,   "/api/v1/clearances/{clearance_id}",               "withdrawClearance", Do::seek_clearance,     the_organisation, withdraw_clearance},
    {post,  "/api/v1/clearances/{clearance_id}/second-factor", "giveStepUp",        Do::seek_clearance,     the_organisation, give_step_up},
    {post,  "/api/v1/clearances/{clearance_id}/second-person", "askForApproval",    Do::seek_clearance,     the_organisation, ask_for_approval},
    {get,   "/api/v1/approvals",                               "listApprovals",     Do::view_approvals,     the_organisation, list_approvals},
    {post,  "/api/v1/approvals/{clearance_id}",                "giveApproval",      Do::give_approval,      the_organisation, give_approval},
    {get,   "/api/v1/access-rules",                            "getAccessRules",    Do::view_roles,         the_organisation, get_access_rules},
    {put,   "/api/v1/access-rules",                            "changeAccessRules", Do::change_access_rules, the_organisation, change_access_rules},
    {get,   "/api/v1/users",                                   "listUsers",         Do::view_users,         the_organisation, list_users},
    {post,  "/api/v1/users",                                   "addUser",           Do::manage_users,       the_organisation, add_user},
    {get,   "/api/v1/users/{user_id}",                         "getUser",           Do::view_users,         the_organisation, get_user},
    {patch, "/api/v1/users/{user_id}",                         "changeUser",        Do::manage_users,       the_organisation, change_user},
    {del,   "/api/v1/users/{user_id}",                         "removeUser",        Do::manage_users,       the_organisation, remove_user},
    {post,  "/api/v1/users/{user_id}/invitation",              "inviteUser",        Do::manage_users,       the_organisation, invite_user},
    {del,   "/api/v1/users/{user_id}/sessions",                "signOutUser",       Do::end_access,         the_organisation, sign_out_user},
    {get,   "/api/v1/users/{user_id}/tokens",                  "listUserApiTokens", Do::view_users,         the_organisation, list_user_api_tokens},
    {del,   "/api/v1/users/{user_id}/tokens/{token_id}",       "revokeUserApiToken", Do::end_access,        the_organisation, revoke_user_api_token},
    {get,   "/api/v1/users/{user_id}/decision",                "explainDecision",   Do::view_users,         the_organisation, explain_decision},
    {get,   "/api/v1/users/{user_id}/view",                    "viewAsUser",        Do::view_as_user,       the_organisation, view_as_user},
    {post,  "/api/v1/users/{user_id}/devices",                 "addDevice",         Do::manage_users,       the_organisation, add_device},
    {get,   "/api/v1/devices",                                 "listDevices",       Do::view_users,         the_organisation, list_devices},
    {get,   "/api/v1/camera-names",                            "listCameraNames",   Do::view_roles,         the_organisation, list_camera_names},
    {get,   "/api/v1/roles",                                   "listRoles",         Do::view_roles,         the_organisation, list_roles},
    {post,  "/api/v1/roles",                                   "addRole",           Do::manage_roles,       the_organisation, add_role},
    {put,   "/api/v1/roles/{role_id}",                         "changeRole",        Do::manage_roles,       the_organisation, change_role},
    {del,   "/api/v1/roles/{role_id}",                         "removeRole",        Do::manage_roles,       the_organisation, remove_role},
    {get,   "/api/v1/camera-groups",                           "listCameraGroups",  Do::view_roles,         the_organisation, list_camera_groups},
    {post,  "/api/v1/camera-groups",                           "addCameraGroup",    Do::manage_roles,       the_organisation, add_camera_group},
    {put,   "/api/v1/camera-groups/{group_id}",                "changeCameraGroup", Do::manage_roles,       the_organisation, change_camera_group},
    {del,   "/api/v1/camera-groups/{group_id}",                "removeCameraGroup", Do::manage_roles,       the_organisation, remove_camera_group},
    {get,   "/api/v1/settings",                                "getSettings",       Do::view_settings,      the_organisation, get_settings},
    {patch, "/api/v1/settings",                                "changeSettings",    Do::change_settings,    the_organisation, change_settings},
    {get,   "/api/v1/retention",                               "getRetention",      Do::view_settings,      the_organisation, get_retention},
    {put,   "/api/v1/retention",                               "setRetention",      Do::change_settings,    the_organisation, set_retention},
    {get,   "/api/v1/audit",                                   "listAudit",         Do::read_audit,         the_organisation, list_audit},
    {get,   "/api/v1/audit/export",                            "exportAudit",       Do::read_audit,         the_organisation, export_audit},
    {get,   "/api/v1/audit/syslog",                            "getAuditStream",    Do::view_audit_stream,  the_organisation, get_audit_stream},
    {put,   "/api/v1/audit/syslog",                            "setAuditStream",    Do::change_settings,    the_organisation, set_audit_stream},
    {del,   "/api/v1/audit/syslog",                            "removeAuditStream", Do::change_settings,    the_organisation, remove_audit_stream},
    {post,  "/api/v1/audit/syslog/test",                       "testAuditStream",   Do::change_settings,    the_organisation, test_audit_stream},
    {get,   "/api/v1/audit/witnesses",                         "listWitnesses",     Do::view_audit_stream,  the_organisation, list_witnesses},
    {get,   "/api/v1/ws",                                      "openWebSocket",     Do::open_websocket,     the_organisation, open_websocket},
    {get,   "/metrics",                                        "getMetrics",        Do::view_metrics,       the_organisation, get_metrics},
    {get,   "/{file}",                                         "getWebClient",      Do::load_web_client,    the_service,      get_web_client},
});
// clang-format on

constexpr std::uint64_t max_hold_id = std::uint64_t{1} << 53;  // JSON's numbers are exact to here

// Addresses that the web client never answers, so that a mistyped one is an error and not a page.
bool is_reserved(std::string_view path) {
    return path == "/api" || path.starts_with("/api/") || path == "/metrics" || path.starts_with("/metrics/");
}

std::string_view take_segment(std::string_view& rest) {
    rest.remove_prefix(1);  // '/'
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    return segment;
}

// One number, one spelling.
std::optional<std::uint64_t> parse_hold_id(std::string_view text) {
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    const bool is_number = error == std::errc() && end == text.data() + text.size() && text.front() != '0';
    return is_number && id <= max_hold_id ? std::optional(id) : std::nullopt;
}

bool take(std::optional<std::uint64_t>& parameter, std::string_view segment) {
    parameter = parse_hold_id(segment);
    return parameter.has_value();
}
bool take(std::string& parameter, std::string_view segment) {
    parameter = segment;
    return segment.size() == 32 && segment.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}
template <class Tag>
bool take(std::optional<Id<Tag>>& parameter, std::string_view segment) {
    parameter = Id<Tag>::parse(segment);
    return parameter.has_value();
}

std::optional<PathParameters> match(std::string_view pattern, std::string_view path) {
    PathParameters parameters;
    if (!path.starts_with('/')) return std::nullopt;
    while (!pattern.empty() && !path.empty()) {
        const std::string_view wanted = take_segment(pattern);
        if (wanted == "{file}") return parameters;
        const std::string_view segment = take_segment(path);
        const bool fits = wanted == "{camera_id}"      ? take(parameters.camera, segment)
                          : wanted == "{user_id}"      ? take(parameters.user, segment)
                          : wanted == "{role_id}"      ? take(parameters.role, segment)
                          : wanted == "{group_id}"     ? take(parameters.group, segment)
                          : wanted == "{passkey_id}"   ? take(parameters.passkey, segment)
                          : wanted == "{session_id}"   ? take(parameters.session, segment)
                          : wanted == "{token_id}"     ? take(parameters.token, segment)
                          : wanted == "{clearance_id}" ? take(parameters.clearance, segment)
                          : wanted == "{hold_id}"      ? take(parameters.hold, segment)
                                                       : wanted == segment;
        if (!fits) return std::nullopt;
    }
    if (!pattern.empty() || !path.empty()) return std::nullopt;
    return parameters;
}

}  // namespace

std::span<const Route> routes() {
    return table;
}

std::variant<Match, NoSuchPath, MethodNotAllowed> find_route(net::Method method, std::string_view path) {
    const net::Method wanted = method == head ? get : method;
    std::string allow;
    for (const Route& route : table) {
        if (!route.is_documented() && is_reserved(path)) continue;
        const auto parameters = match(route.pattern(), path);
        if (!parameters) continue;
        if (route.method() == wanted) return Match{.route = &route, .parameters = *parameters};
        if (!allow.empty()) allow += ", ";
        allow += to_string(route.method());
        if (route.method() == get) allow += ", HEAD";
    }
    if (!allow.empty()) return MethodNotAllowed{.allow = std::move(allow)};
    return NoSuchPath{};
}

}  // namespace vedette::hub::api
