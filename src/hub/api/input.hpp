#pragma once
// What comes in, as typed values within the limits of docs/ref/openapi.yaml. Pure; fuzzed.

#include <optional>
#include <string>
#include <string_view>

#include "hub/api/problem.hpp"
#include "wire/messages.hpp"

namespace vedette::hub::api {

struct CameraTestInput {
    std::optional<CameraId> camera;
    wire::CameraSettings settings;
};
struct IntervalInput {
    media::StreamKind stream = media::StreamKind::main;
    UtcInterval interval;
};

struct MomentInput {
    media::StreamKind stream = media::StreamKind::main;
    UtcTime at;
};

/// Credentials in the addresses move to `username` and `password` unless those are given.
Outcome<wire::CameraSettings> read_new_camera(std::string_view body);
Outcome<wire::CameraSettings> read_camera_change(std::string_view body);
/// Without id, who and when.
Outcome<wire::Hold> read_hold(std::string_view body);
Outcome<wire::ChangeSettings> read_settings_change(std::string_view body);
/// Groups without their cameras.
Outcome<wire::InheritedRules> read_inherited_rules(std::string_view body);
Outcome<CameraTestInput> read_camera_test(std::string_view body);
/// `ranges` and `interfaces`; at least one of both.
Outcome<wire::DiscoverCameras> read_discovery(std::string_view body);
Outcome<wire::InspectDevice> read_inspection(std::string_view body);
Outcome<wire::PreviewDevice> read_preview(std::string_view body);
Outcome<wire::SetDeviceClock> read_device_clock(std::string_view body);
Outcome<wire::ChangeDevicePassword> read_device_password(std::string_view body);
Outcome<wire::SetDeviceImaging> read_device_imaging(std::string_view body);
Outcome<wire::BeginFirmware> read_firmware(std::string_view body);
/// Of the query: start_90k, end_90k, stream.
Outcome<IntervalInput> read_interval(const net::Request& request);
/// Of the query: at_90k, stream.
Outcome<MomentInput> read_moment(const net::Request& request);

/// Also of WebSocket messages.
std::optional<media::StreamKind> parse_stream_kind(std::string_view text);

/// Host and port of an RTSP address, to see whether two lead to the same device; empty when it is none.
std::string authority_of(std::string_view url);

}  // namespace vedette::hub::api
