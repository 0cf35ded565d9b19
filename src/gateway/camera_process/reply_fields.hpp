#pragma once
// Inside of messages.cpp: the fields of what devices are asked and say, in the order of their declaration.
// The limits are those within which answers are read; onvif::may_answer() holds what else has to be true.

#include "onvif/address.hpp"
#include "onvif/discovery.hpp"
#include "onvif/question.hpp"
#include "onvif/text.hpp"

namespace vedette::gateway::camera_process {

namespace reply_limits {
inline constexpr std::size_t words = onvif::max_text_bytes;
inline constexpr std::size_t name = 256;
inline constexpr std::size_t lists = onvif::max_discovery_values;
}  // namespace reply_limits

void fields(auto& ar, onvif::Question& question) {
    auto& [asked, media, uri, name] = question;
    ar.choice(asked, onvif::last_asked);
    ar.choice(media, onvif::MediaVersion::media2);
    ar.text(uri, reply_limits::name);
    ar.text(name, reply_limits::name);
}

void fields(auto& ar, std::string& text) {
    ar.words(text, reply_limits::words);
}
template <class T>
void list_of(auto& ar, std::vector<T>& values, std::size_t limit) {
    ar.list(values, limit, [&](T& value) { fields(ar, value); });
}
void fields(auto& ar, std::optional<UtcTime>& time) {
    ar.optional(time, [&](UtcTime& value) { ar.time(value); });
}
void fields(auto& ar, std::optional<double>& figure) {
    ar.optional(figure, [&](double& value) { ar.figure(value); });
}
void fields(auto& ar, std::optional<std::chrono::seconds>& duration) {
    ar.optional(duration, [&](std::chrono::seconds& value) { ar.duration(value); });
}

void fields(auto&, onvif::Done&) {}
void fields(auto& ar, onvif::DeviceTime& time) {
    auto& [utc, local] = time;
    fields(ar, utc);
    fields(ar, local);
}
void fields(auto& ar, onvif::ClockSettings& settings) {
    auto& [by_ntp, daylight_savings] = settings;
    ar.flag(by_ntp);
    ar.flag(daylight_savings);
}
void fields(auto& ar, onvif::Services& services) {
    auto& [device, media, media2, events, ptz, imaging, search, replay, device_io] = services;
    for (std::string* address :
         {&device, &media, &media2, &events, &ptz, &imaging, &search, &replay, &device_io})
        fields(ar, *address);
}
void fields(auto& ar, onvif::DeviceInformation& information) {
    auto& [manufacturer, model, firmware, serial, hardware] = information;
    for (std::string* text : {&manufacturer, &model, &firmware, &serial, &hardware}) fields(ar, *text);
}
void fields(auto& ar, onvif::Texts& texts) {
    list_of(ar, texts, onvif::max_scopes);
}
void fields(auto& ar, onvif::NtpSettings& ntp) {
    auto& [from_dhcp, servers] = ntp;
    ar.flag(from_dhcp);
    list_of(ar, servers, onvif::max_ntp_servers);
}
void fields(auto& ar, onvif::DeviceUser& user) {
    auto& [name, level] = user;
    fields(ar, name);
    fields(ar, level);
}
void fields(auto& ar, onvif::Users& users) {
    list_of(ar, users, onvif::max_users);
}
void fields(auto& ar, onvif::FirmwareUpgrade& upgrade) {
    auto& [upload_address, delay, down_time] = upgrade;
    fields(ar, upload_address);
    ar.duration(delay);
    ar.duration(down_time);
}
void fields(auto& ar, onvif::Profile& profile) {
    auto& [token, name, source, encoding, width, height, frames_per_second, has_audio, has_ptz, ptz_node] =
        profile;
    fields(ar, token);
    fields(ar, name);
    fields(ar, source);
    ar.choice(encoding, onvif::VideoEncoding::other);
    ar.number(width);
    ar.number(height);
    ar.figure(frames_per_second);
    ar.flag(has_audio);
    ar.flag(has_ptz);
    fields(ar, ptz_node);
}
void fields(auto& ar, onvif::Profiles& profiles) {
    list_of(ar, profiles, onvif::max_profiles);
}
void fields(auto& ar, onvif::ImagingSettings& settings) {
    auto& [brightness, saturation, contrast, sharpness, ir_cut, focus] = settings;
    for (std::optional<double>* number : {&brightness, &saturation, &contrast, &sharpness})
        fields(ar, *number);
    ar.words(ir_cut, onvif::max_mode_bytes);
    ar.words(focus, onvif::max_mode_bytes);
}
void fields(auto& ar, onvif::ImagingOptions& options) {
    auto& [brightness, saturation, contrast, sharpness, ir_cut_modes, focus_modes] = options;
    for (std::optional<onvif::ImagingRange>* range : {&brightness, &saturation, &contrast, &sharpness})
        ar.optional(*range, [&](onvif::ImagingRange& value) {
            ar.figure(value.min);
            ar.figure(value.max);
        });
    for (onvif::Texts* modes : {&ir_cut_modes, &focus_modes})
        ar.list(*modes, onvif::max_imaging_modes,
                [&](std::string& mode) { ar.words(mode, onvif::max_mode_bytes); });
}
void fields(auto& ar, onvif::PtzRange& range) {
    auto& [min, max] = range;
    ar.figure(min);
    ar.figure(max);
}
void fields(auto& ar, std::optional<onvif::PtzSpace>& space) {
    ar.optional(space, [&](onvif::PtzSpace& value) {
        auto& [uri, x, y] = value;
        ar.words(uri, reply_limits::name);
        fields(ar, x);
        fields(ar, y);
    });
}
void fields(auto& ar, onvif::PtzNode& node) {
    auto& [token, continuous_pan_tilt, continuous_zoom, relative_pan_tilt, relative_zoom, absolute_pan_tilt,
           absolute_zoom, max_presets, has_home] = node;
    fields(ar, token);
    for (std::optional<onvif::PtzSpace>* space : {&continuous_pan_tilt, &continuous_zoom, &relative_pan_tilt,
                                                  &relative_zoom, &absolute_pan_tilt, &absolute_zoom})
        fields(ar, *space);
    ar.number(max_presets);
    ar.flag(has_home);
}
void fields(auto& ar, onvif::PtzNodes& nodes) {
    list_of(ar, nodes, onvif::max_ptz_nodes);
}
void fields(auto& ar, onvif::PtzStatus& status) {
    auto& [x, y, zoom, moving] = status;
    for (std::optional<double>* figure : {&x, &y, &zoom}) fields(ar, *figure);
    ar.flag(moving);
}
void fields(auto& ar, onvif::PtzPreset& preset) {
    auto& [token, name] = preset;
    ar.words(token, onvif::max_ptz_token_bytes);
    ar.words(name, onvif::max_preset_name_bytes);
}
void fields(auto& ar, onvif::PtzPresets& presets) {
    list_of(ar, presets, onvif::max_presets);
}
void fields(auto& ar, onvif::RelayOutput& relay) {
    auto& [token, returns_by_itself, idle_open] = relay;
    ar.words(token, onvif::max_relay_token_bytes);
    ar.flag(returns_by_itself);
    ar.flag(idle_open);
}
void fields(auto& ar, onvif::Relays& relays) {
    list_of(ar, relays, onvif::max_relays);
}
void fields(auto& ar, onvif::Subscription& subscription) {
    auto& [reference, lifetime] = subscription;
    auto& [address, parameters] = reference;
    fields(ar, address);
    ar.list(parameters, onvif::max_reference_parameters, [&](onvif::EndpointReference::Parameter& value) {
        auto& [uri, name, text] = value;
        ar.words(uri, reply_limits::name);
        ar.words(name, reply_limits::name);
        ar.words(text, onvif::max_topic_bytes);
    });
    fields(ar, lifetime);
}
void fields(auto& ar, onvif::Item& item) {
    auto& [name, value] = item;
    ar.words(name, onvif::max_item_bytes);
    ar.words(value, onvif::max_item_bytes);
}
void fields(auto& ar, onvif::Notification& notification) {
    auto& [topic, operation, time, source, data] = notification;
    ar.words(topic, onvif::max_topic_bytes);
    ar.choice(operation, onvif::PropertyOperation::deleted);
    fields(ar, time);
    list_of(ar, source, onvif::max_items);
    list_of(ar, data, onvif::max_items);
}
void fields(auto& ar, onvif::PulledMessages& messages) {
    auto& [notifications, lifetime] = messages;
    list_of(ar, notifications, onvif::max_notifications);
    fields(ar, lifetime);
}
void fields(auto& ar, onvif::Renewal& renewal) {
    fields(ar, renewal.lifetime);
}
void fields(auto& ar, onvif::RecordingTrack& track) {
    auto& [is_video, from, to] = track;
    ar.flag(is_video);
    fields(ar, from);
    fields(ar, to);
}
void fields(auto& ar, onvif::RecordingInformation& recording) {
    auto& [token, source, earliest, latest, is_recording, tracks] = recording;
    ar.words(token, reply_limits::name);
    ar.words(source, reply_limits::name);
    fields(ar, earliest);
    fields(ar, latest);
    ar.flag(is_recording);
    list_of(ar, tracks, onvif::max_recording_tracks);
}
void fields(auto& ar, onvif::SearchResults& results) {
    auto& [completed, recordings] = results;
    ar.flag(completed);
    list_of(ar, recordings, onvif::max_found_recordings);
}
void fields(auto& ar, onvif::DiscoveredDevice& device) {
    auto& [endpoint, types, scopes, addresses] = device;
    ar.words(endpoint, reply_limits::name);
    for (onvif::Texts* texts : {&types, &scopes, &addresses}) list_of(ar, *texts, reply_limits::lists);
}
void fields(auto& ar, onvif::ProbeMatches& matches) {
    auto& [relates_to, devices] = matches;
    ar.words(relates_to, reply_limits::name);
    list_of(ar, devices, onvif::max_discovery_matches);
}
void fields(auto& ar, onvif::SsdpMessage& message) {
    auto& [kind, target, name, location, server] = message;
    ar.choice(kind, onvif::SsdpKind::goodbye);
    for (std::string* text : {&target, &name, &location, &server}) fields(ar, *text);
}

}  // namespace vedette::gateway::camera_process
