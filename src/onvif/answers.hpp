#pragma once
// The readers of what devices send: XML, SOAP and SSDP become values. For the camera process, which is
// sandboxed, and for tests; the architecture test refuses this header elsewhere. The main process sends there
// what it has received (gateway/camera_process), and gets a Reply.
//
// A fault is an error with the camera's words, as parse_answer() makes it; what is not what was asked for is
// `corrupt`, what is beyond a limit `exhausted`.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "onvif/question.hpp"

namespace vedette::onvif {

/// Any of the answers below; what it gives may_answer() the question.
Result<Reply> read_reply(const Question& question, std::string_view text);

/// An answer of which nothing is wanted but that it is no fault.
Result<> parse_done(std::string_view answer, std::string_view uri, std::string_view name);

// The device service.
Result<DeviceTime> parse_system_date_and_time(std::string_view answer);
Result<ClockSettings> parse_clock_settings(std::string_view answer);
Result<Services> parse_services(std::string_view answer);
Result<Services> parse_capabilities(std::string_view answer);
Result<DeviceInformation> parse_device_information(std::string_view answer);
/// Hardware addresses, as 12 lower-case hexadecimal digits.
Result<Texts> parse_network_interfaces(std::string_view answer);
Result<Texts> parse_scopes(std::string_view answer);
Result<NtpSettings> parse_ntp(std::string_view answer);
Result<Users> parse_users(std::string_view answer);
Result<FirmwareUpgrade> parse_firmware_upgrade(std::string_view answer);
/// Without those that have no token; each token once.
Result<Relays> parse_relay_outputs(std::string_view answer);

// The media services.
/// Profiles with a video encoder.
Result<Profiles> parse_profiles(MediaVersion version, std::string_view answer);
/// The address in the answer, as it is told.
Result<std::string> parse_stream_uri(MediaVersion version, std::string_view answer);
Result<std::string> parse_snapshot_uri(MediaVersion version, std::string_view answer);

// The imaging service.
Result<ImagingSettings> parse_imaging_settings(std::string_view answer);
Result<ImagingOptions> parse_imaging_options(std::string_view answer);

// The PTZ service.
Result<PtzNodes> parse_ptz_nodes(std::string_view answer);
Result<PtzStatus> parse_ptz_status(std::string_view answer);
/// Without those that have no token; each token once.
Result<PtzPresets> parse_presets(std::string_view answer);
/// The token of the preset.
Result<std::string> parse_set_preset(std::string_view answer);

// The event service.
Result<Subscription> parse_create_pull_point(std::string_view answer);
Result<PulledMessages> parse_pull_messages(std::string_view answer);
Result<Renewal> parse_renew(std::string_view answer);

// The services of recordings.
/// The token of the search.
Result<std::string> parse_find_recordings(std::string_view answer);
/// Recordings without a token are left out.
Result<SearchResults> parse_recording_search_results(std::string_view answer);
/// The address as it is told.
Result<std::string> parse_replay_uri(std::string_view answer);

// Datagrams.
/// Error `corrupt` or `exhausted` for what is no message of WS-Discovery.
Result<DiscoveryMessage> parse_discovery(std::string_view datagram);
/// Error `corrupt` or `exhausted` for what is no SSDP.
Result<SsdpMessage> parse_ssdp(std::string_view datagram);

// Texts in them.
/// xsd:dateTime with Z, an offset or nothing (then UTC). nullopt beyond the years 1970 to 2199.
std::optional<UtcTime> parse_xml_time(std::string_view text);
/// xsd:dateTime; without a zone it is UTC. nullopt for what is no date between 1970 and 2199.
std::optional<UtcTime> parse_date_time(std::string_view text);
/// xsd:duration, as far as days, hours, minutes and seconds go; at most max_device_pause.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace vedette::onvif
