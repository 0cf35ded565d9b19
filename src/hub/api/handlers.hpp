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
// cameras.cpp
net::Awaitable<Outcome<>> list_cameras(ServicesPtr services, Call call);
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
// recordings.cpp
net::Awaitable<Outcome<>> get_recordings(ServicesPtr services, Call call);
net::Awaitable<Outcome<>> get_recorded_media(ServicesPtr services, Call call);
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
// websocket.cpp
net::Awaitable<Outcome<>> open_websocket(ServicesPtr services, Call call);
// metrics.cpp
net::Awaitable<Outcome<>> get_metrics(ServicesPtr services, Call call);
// web_client.cpp
net::Awaitable<Outcome<>> get_web_client(ServicesPtr services, Call call);

/// The name of the session's cookie.
constexpr std::string_view session_cookie = "__Host-vedette";

}  // namespace vedette::hub::api
