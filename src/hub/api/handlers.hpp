#pragma once
// The handlers, one file per resource. Each is named as its operationId in docs/ref/openapi.yaml.

#include "hub/api/services.hpp"

namespace vedette::hub::api {

// health.cpp
net::Awaitable<Outcome<>> get_health(ServicesPtr services, Call call);
// setup.cpp
net::Awaitable<Outcome<>> get_setup(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> claim(ServicesPtr services, Call call);
// session.cpp
net::Awaitable<Outcome<>> get_session(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> sign_in(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> sign_out(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> accept_invitation(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> give_second_factor(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> break_glass(ServicesPtr services, Call call);
// mail.cpp
net::Awaitable<Outcome<>> get_mail_server(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> set_mail_server(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> remove_mail_server(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> test_mail_server(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> get_webhook(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> set_webhook(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> remove_webhook(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> test_webhook(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> begin_mail_address(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> confirm_mail_address(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> remove_mail_address(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> send_mail_proof(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> send_sign_in_code(ServicesPtr services, Call call);
// break_glass.cpp
net::Awaitable<Outcome<>> list_break_glass(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> add_break_glass(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> seal_envelope(ServicesPtr services, Call call);
// sign_in_approval.cpp
net::Awaitable<Outcome<>> get_waiting_sign_in(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> finish_sign_in(ServicesPtr services, Call call);
// account.cpp
net::Awaitable<Outcome<>> get_account(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> change_password(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> begin_authenticator(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> confirm_authenticator(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> remove_authenticator(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> end_other_sessions(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> end_session(ServicesPtr services, Call call);
// passkeys.cpp
net::Awaitable<Outcome<>> begin_passkey_sign_in(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> sign_in_with_passkey(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> begin_passkey(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> rename_passkey(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> add_passkey(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> begin_passkey_proof(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> remove_passkey(ServicesPtr services, Call call);
// account_tokens.cpp
net::Awaitable<Outcome<>> list_api_tokens(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> create_api_token(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> revoke_api_token(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> list_user_api_tokens(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> revoke_user_api_token(ServicesPtr services, Call call);
// approvals.cpp
net::Awaitable<Outcome<>> get_clearance(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> withdraw_clearance(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> give_step_up(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> ask_for_approval(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> list_approvals(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> give_approval(ServicesPtr services, Call call);
// access_rules.cpp
net::Awaitable<Outcome<>> get_access_rules(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> change_access_rules(ServicesPtr services, Call call);
// users.cpp
net::Awaitable<Outcome<>> list_users(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> add_user(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> get_user(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> change_user(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> remove_user(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> invite_user(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> sign_out_user(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> explain_decision(ServicesPtr services, Call call);
// view_as.cpp
net::Awaitable<Outcome<>> view_as_user(ServicesPtr services, Call call);
// devices.cpp
net::Awaitable<Outcome<>> list_devices(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> add_device(ServicesPtr services, Call call);
// roles.cpp
net::Awaitable<Outcome<>> list_roles(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> add_role(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> change_role(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> remove_role(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> list_camera_groups(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> add_camera_group(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> change_camera_group(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> remove_camera_group(ServicesPtr services, Call call);
// cameras.cpp
net::Awaitable<Outcome<>> list_cameras(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> list_camera_names(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> add_camera(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> test_camera(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> get_camera(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> get_camera_states(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> change_camera(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> remove_camera(ServicesPtr services, Call call);
// discovery.cpp
net::Awaitable<Outcome<>> list_interfaces(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> discover_cameras(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> inspect_device(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> preview_device(ServicesPtr services, Call call);
// device_care.cpp
net::Awaitable<Outcome<>> get_device(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> set_device_clock(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> change_device_password(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> reboot_device(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> set_device_imaging(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> begin_firmware(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> upload_firmware(ServicesPtr services, Call call);
// settings.cpp
net::Awaitable<Outcome<>> get_settings(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> change_settings(ServicesPtr services, Call call);
// retention.cpp
net::Awaitable<Outcome<>> get_retention(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> set_retention(ServicesPtr services, Call call);
// recordings.cpp
net::Awaitable<Outcome<>> get_recordings(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> get_recorded_media(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> get_thumbnail(ServicesPtr services, Call call);
// holds.cpp
net::Awaitable<Outcome<>> list_holds(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> place_hold(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> lift_hold(ServicesPtr services, Call call);
// ptz.cpp
net::Awaitable<Outcome<>> get_ptz(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> move_ptz(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> stop_ptz(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> step_ptz(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> place_ptz(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> go_home(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> set_home(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> save_preset(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> recall_preset(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> remove_preset(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> save_patrol(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> remove_patrol(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> start_patrol(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> stop_patrol(ServicesPtr services, Call call);
// relays.cpp
net::Awaitable<Outcome<>> list_relays(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> switch_relay(ServicesPtr services, Call call);
// events.cpp
net::Awaitable<Outcome<>> get_camera_events(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> list_events(ServicesPtr services, Call call);
// audit.cpp
net::Awaitable<Outcome<>> list_audit(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> export_audit(ServicesPtr services, Call call);
// audit_stream.cpp
net::Awaitable<Outcome<>> get_audit_stream(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> set_audit_stream(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> remove_audit_stream(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> test_audit_stream(ServicesPtr services, Call call);
// witnesses.cpp
net::Awaitable<Outcome<>> list_witnesses(ServicesPtr services, Call call);
// websocket.cpp
net::Awaitable<Outcome<>> open_websocket(ServicesPtr services, Call call);
// metrics.cpp
net::Awaitable<Outcome<>> get_metrics(ServicesPtr services, Call call);
// web_client.cpp
net::Awaitable<Outcome<>> get_web_client(ServicesPtr services, Call call);

/// The name of the session's cookie.
constexpr std::string_view session_cookie = "__Host-vedette";

}  // namespace vedette::hub::api
