#include "onvif/answers.hpp"
#include "onvif/xml.hpp"

namespace vedette::onvif {

namespace {

static_assert(max_answer_bytes == max_xml_bytes);

template <class T>
Result<Reply> reply(Result<T> value) {
    if (!value) return std::unexpected(std::move(value).error());
    return Reply(std::move(*value));
}

Result<Reply> read_done(const Question& question, std::string_view text) {
    VEDETTE_CHECK(parse_done(text, question.uri, question.name));
    return Reply(Done{});
}

Result<Reply> read_matches(std::string_view text) {
    VEDETTE_TRY(DiscoveryMessage message, parse_discovery(text));
    if (auto* matches = std::get_if<ProbeMatches>(&message)) return Reply(std::move(*matches));
    return fail(ErrorKind::corrupt, "this is no answer to a probe");
}

}  // namespace

Result<Reply> read_reply(const Question& question, std::string_view text) {
    switch (question.asked) {
        case Asked::done:
            return read_done(question, text);
        case Asked::system_date_and_time:
            return reply(parse_system_date_and_time(text));
        case Asked::clock_settings:
            return reply(parse_clock_settings(text));
        case Asked::services:
            return reply(parse_services(text));
        case Asked::capabilities:
            return reply(parse_capabilities(text));
        case Asked::device_information:
            return reply(parse_device_information(text));
        case Asked::network_interfaces:
            return reply(parse_network_interfaces(text));
        case Asked::scopes:
            return reply(parse_scopes(text));
        case Asked::ntp:
            return reply(parse_ntp(text));
        case Asked::users:
            return reply(parse_users(text));
        case Asked::firmware_upgrade:
            return reply(parse_firmware_upgrade(text));
        case Asked::profiles:
            return reply(parse_profiles(question.media, text));
        case Asked::stream_uri:
            return reply(parse_stream_uri(question.media, text));
        case Asked::snapshot_uri:
            return reply(parse_snapshot_uri(question.media, text));
        case Asked::imaging_settings:
            return reply(parse_imaging_settings(text));
        case Asked::imaging_options:
            return reply(parse_imaging_options(text));
        case Asked::ptz_nodes:
            return reply(parse_ptz_nodes(text));
        case Asked::ptz_status:
            return reply(parse_ptz_status(text));
        case Asked::presets:
            return reply(parse_presets(text));
        case Asked::set_preset:
            return reply(parse_set_preset(text));
        case Asked::relay_outputs:
            return reply(parse_relay_outputs(text));
        case Asked::create_pull_point:
            return reply(parse_create_pull_point(text));
        case Asked::pull_messages:
            return reply(parse_pull_messages(text));
        case Asked::renew:
            return reply(parse_renew(text));
        case Asked::find_recordings:
            return reply(parse_find_recordings(text));
        case Asked::search_results:
            return reply(parse_recording_search_results(text));
        case Asked::replay_uri:
            return reply(parse_replay_uri(text));
        case Asked::ws_discovery:
            return read_matches(text);
        case Asked::ssdp:
            return reply(parse_ssdp(text));
    }
    return fail(ErrorKind::unsupported, "nobody asks this");
}

}  // namespace vedette::onvif
