#include "onvif/question.hpp"

#include <algorithm>
#include <cmath>

#include "onvif/address.hpp"

namespace vedette::onvif {

namespace {

// 1970 to 2199, and a zone to either side.
constexpr Ticks90k one_zone = std::chrono::hours(24);
const UtcTime earliest = from_unix_seconds(0) - one_zone;
const UtcTime latest = from_unix_seconds(7'258'118'400) + one_zone;

bool is_time(const std::optional<UtcTime>& time) {
    return !time || (*time >= earliest && *time <= latest);
}
bool is_lifetime(const std::optional<std::chrono::seconds>& lifetime) {
    return !lifetime || (*lifetime >= std::chrono::seconds(0) && *lifetime <= longest_lifetime);
}
bool is_pause(std::chrono::seconds pause) {
    return pause >= std::chrono::seconds(0) && pause <= max_device_pause;
}
bool is_figure(const std::optional<double>& figure) {
    return !figure || (std::isfinite(*figure) && std::abs(*figure) <= largest_ptz_figure);
}
bool is_range(const PtzRange& range) {
    return is_figure(range.min) && is_figure(range.max) && range.min < range.max;
}
bool is_space(const std::optional<PtzSpace>& space) {
    return !space || (is_range(space->x) && is_range(space->y));
}
bool is_range(const std::optional<ImagingRange>& range) {
    return !range || (std::isfinite(range->min) && std::isfinite(range->max) && range->min < range->max);
}
bool is_number(const std::optional<double>& number) {
    return !number || std::isfinite(*number);
}
bool is_token(const std::string& token, std::size_t limit) {
    return !token.empty() && token.size() <= limit;
}

template <class T>
bool no_token_twice(const std::vector<T>& values) {
    return std::ranges::all_of(
        values, [&](const T& value) { return std::ranges::count(values, value.token, &T::token) == 1; });
}

// What each alternative holds when it was read by our own readers.
struct Believable {
    const Question& question;

    bool operator()(const Done&) const { return true; }
    bool operator()(const DeviceTime& time) const { return is_time(time.utc) && is_time(time.local); }
    bool operator()(const ClockSettings&) const { return true; }
    bool operator()(const Services& services) const {
        return !services.media.empty() || !services.media2.empty();
    }
    bool operator()(const DeviceInformation&) const { return true; }
    bool operator()(const Texts& texts) const {
        if (question.asked == Asked::scopes) return texts.size() <= max_scopes;
        return texts.size() <= max_network_interfaces &&
               std::ranges::all_of(
                   texts, [](const std::string& mac) { return !mac.empty() && normal_mac(mac) == mac; });
    }
    bool operator()(const NtpSettings& ntp) const { return ntp.servers.size() <= max_ntp_servers; }
    bool operator()(const Users& users) const { return users.size() <= max_users; }
    bool operator()(const FirmwareUpgrade& upgrade) const {
        return !upgrade.upload_address.empty() && is_pause(upgrade.delay) && is_pause(upgrade.down_time);
    }
    bool operator()(const Profiles& profiles) const {
        return profiles.size() <= max_profiles && std::ranges::all_of(profiles, [](const Profile& profile) {
                   return !profile.token.empty() && profile.encoding != VideoEncoding::none &&
                          profile.width <= max_picture_side && profile.height <= max_picture_side &&
                          profile.frames_per_second >= 0 && profile.frames_per_second < 1000;
               });
    }
    bool operator()(const std::string& text) const {
        switch (question.asked) {
            case Asked::set_preset:
                return is_token(text, max_ptz_token_bytes);
            case Asked::find_recordings:
            case Asked::replay_uri:
                return !text.empty();
            default:
                return true;
        }
    }
    bool operator()(const ImagingSettings& settings) const {
        return is_number(settings.brightness) && is_number(settings.saturation) &&
               is_number(settings.contrast) && is_number(settings.sharpness);
    }
    bool operator()(const ImagingOptions& options) const {
        return is_range(options.brightness) && is_range(options.saturation) && is_range(options.contrast) &&
               is_range(options.sharpness) && options.ir_cut_modes.size() <= max_imaging_modes &&
               options.focus_modes.size() <= max_imaging_modes;
    }
    bool operator()(const PtzNodes& nodes) const {
        return nodes.size() <= max_ptz_nodes && std::ranges::all_of(nodes, [](const PtzNode& node) {
                   return is_space(node.continuous_pan_tilt) && is_space(node.continuous_zoom) &&
                          is_space(node.relative_pan_tilt) && is_space(node.relative_zoom) &&
                          is_space(node.absolute_pan_tilt) && is_space(node.absolute_zoom) &&
                          node.max_presets <= max_presets;
               });
    }
    bool operator()(const PtzStatus& status) const {
        return is_figure(status.x) && is_figure(status.y) && is_figure(status.zoom);
    }
    bool operator()(const PtzPresets& presets) const {
        return presets.size() <= max_presets && no_token_twice(presets) &&
               std::ranges::all_of(presets, [](const PtzPreset& preset) {
                   return is_token(preset.token, max_ptz_token_bytes) && !preset.name.empty();
               });
    }
    bool operator()(const Relays& relays) const {
        return relays.size() <= max_relays && no_token_twice(relays) &&
               std::ranges::all_of(relays, [](const RelayOutput& relay) {
                   return is_token(relay.token, max_relay_token_bytes);
               });
    }
    bool operator()(const Subscription& subscription) const {
        const auto& parameters = subscription.reference.parameters;
        return !subscription.reference.address.empty() && is_lifetime(subscription.lifetime) &&
               parameters.size() <= max_reference_parameters &&
               std::ranges::all_of(parameters, [](const EndpointReference::Parameter& parameter) {
                   return is_plain_name(parameter.name) && !parameter.uri.empty();
               });
    }
    bool operator()(const PulledMessages& messages) const {
        return messages.notifications.size() <= max_notifications && is_lifetime(messages.lifetime) &&
               std::ranges::all_of(messages.notifications, [](const Notification& notification) {
                   return !notification.topic.empty() && is_time(notification.time) &&
                          notification.source.size() <= max_items && notification.data.size() <= max_items;
               });
    }
    bool operator()(const Renewal& renewal) const { return is_lifetime(renewal.lifetime); }
    bool operator()(const SearchResults& results) const {
        return results.recordings.size() <= max_found_recordings &&
               std::ranges::all_of(results.recordings, [](const RecordingInformation& recording) {
                   return !recording.token.empty() && is_time(recording.earliest) &&
                          is_time(recording.latest) && recording.tracks.size() <= max_recording_tracks &&
                          std::ranges::all_of(recording.tracks, [](const RecordingTrack& track) {
                              return is_time(track.from) && is_time(track.to);
                          });
               });
    }
    bool operator()(const ProbeMatches& matches) const {
        const auto few = [](const Texts& texts) {
            return texts.size() <= max_discovery_values &&
                   std::ranges::all_of(
                       texts, [](const std::string& text) { return text.size() <= max_address_bytes; });
        };
        return matches.devices.size() <= max_discovery_matches &&
               std::ranges::all_of(matches.devices, [&](const DiscoveredDevice& device) {
                   return few(device.types) && few(device.scopes) && few(device.addresses);
               });
    }
    bool operator()(const SsdpMessage&) const { return true; }
};

// Which alternative of Reply a question becomes.
template <class T>
bool is(const Reply& reply) {
    return std::holds_alternative<T>(reply);
}

bool is_the_alternative(Asked asked, const Reply& reply) {
    switch (asked) {
        case Asked::done:
            return is<Done>(reply);
        case Asked::system_date_and_time:
            return is<DeviceTime>(reply);
        case Asked::clock_settings:
            return is<ClockSettings>(reply);
        case Asked::services:
        case Asked::capabilities:
            return is<Services>(reply);
        case Asked::device_information:
            return is<DeviceInformation>(reply);
        case Asked::network_interfaces:
        case Asked::scopes:
            return is<Texts>(reply);
        case Asked::ntp:
            return is<NtpSettings>(reply);
        case Asked::users:
            return is<Users>(reply);
        case Asked::firmware_upgrade:
            return is<FirmwareUpgrade>(reply);
        case Asked::profiles:
            return is<Profiles>(reply);
        case Asked::stream_uri:
        case Asked::snapshot_uri:
        case Asked::set_preset:
        case Asked::find_recordings:
        case Asked::replay_uri:
            return is<std::string>(reply);
        case Asked::imaging_settings:
            return is<ImagingSettings>(reply);
        case Asked::imaging_options:
            return is<ImagingOptions>(reply);
        case Asked::ptz_nodes:
            return is<PtzNodes>(reply);
        case Asked::ptz_status:
            return is<PtzStatus>(reply);
        case Asked::presets:
            return is<PtzPresets>(reply);
        case Asked::relay_outputs:
            return is<Relays>(reply);
        case Asked::create_pull_point:
            return is<Subscription>(reply);
        case Asked::pull_messages:
            return is<PulledMessages>(reply);
        case Asked::renew:
            return is<Renewal>(reply);
        case Asked::search_results:
            return is<SearchResults>(reply);
        case Asked::ws_discovery:
            return is<ProbeMatches>(reply);
        case Asked::ssdp:
            return is<SsdpMessage>(reply);
    }
    return false;
}

}  // namespace

Question done_question(std::string_view uri, std::string_view request) {
    return {.asked = Asked::done, .uri = std::string(uri), .name = std::string(request) + "Response"};
}

bool may_answer(const Question& question, const Reply& reply) {
    return is_the_alternative(question.asked, reply) && std::visit(Believable{question}, reply);
}

bool may_answer(const Error& error) {
    switch (error.kind) {
        case ErrorKind::unauthenticated:
        case ErrorKind::unavailable:
        case ErrorKind::unsupported:
        case ErrorKind::corrupt:
        case ErrorKind::exhausted:
            return true;
        default:
            return false;
    }
}

Reply::Reply() noexcept = default;
Reply::Reply(const Reply&) = default;
Reply::Reply(Reply&&) noexcept = default;
Reply& Reply::operator=(const Reply&) = default;
Reply& Reply::operator=(Reply&&) noexcept = default;
Reply::~Reply() = default;

}  // namespace vedette::onvif
