// Every answer parser on the same bytes: what a camera sends is not what was asked for.
#include <cstdlib>

#include "base/bytes.hpp"
#include "onvif/address.hpp"
#include "onvif/answers.hpp"
#include "onvif/call_session.hpp"
#include "onvif/control_session.hpp"
#include "onvif/device_care.hpp"
#include "onvif/envelope.hpp"
#include "onvif/event_session.hpp"
#include "onvif/imaging.hpp"
#include "onvif/namespaces.hpp"
#include "onvif/replay.hpp"
#include "onvif/set_up_session.hpp"
#include "onvif/storage_session.hpp"

namespace {

using namespace vedette;
using namespace vedette::onvif;

// Whatever is read may be an answer: else the main process would end the one that has read it.
void read_every_question(std::string_view text) {
    for (std::uint8_t asked = 0; asked <= static_cast<std::uint8_t>(last_asked); ++asked)
        for (const MediaVersion media : {MediaVersion::media1, MediaVersion::media2}) {
            Question question{.asked = static_cast<Asked>(asked), .media = media};
            if (question.asked == Asked::done) question = done_question(ns::device, "SystemReboot");
            const auto reply = read_reply(question, text);
            if (reply ? !may_answer(question, *reply) : !may_answer(reply.error())) std::abort();
        }
}

void look_after_device(std::string_view text) {
    (void)parse_clock_settings(text);
    if (const auto ntp = parse_ntp(text))
        if (ntp->servers.size() > max_ntp_servers) std::abort();
    if (const auto users = parse_users(text))
        for (const DeviceUser& user : *users)
            // Whatever a device calls its accounts, it stays text in what is sent back.
            if (!parse_envelope(write_envelope(set_user(user, Secret(std::string_view("p")))))) std::abort();
    if (const auto upgrade = parse_firmware_upgrade(text))
        if (upgrade->delay > max_device_pause || upgrade->delay < std::chrono::seconds(0)) std::abort();
    (void)parse_duration(text);
    (void)parse_done(text, ns::device, "SystemRebootResponse");
    const auto settings = parse_imaging_settings(text);
    const auto options = parse_imaging_options(text);
    if (settings || options)
        for (const ImagingNumber& number : put_together(settings.value_or(ImagingSettings{.brightness = 1}),
                                                        options.value_or(ImagingOptions{}))
                                               .numbers)
            if (!(number.min < number.max)) std::abort();
    const Place own{.port = 443, .path = "/", .secure = true};
    if (!place_of(text, own).secure) std::abort();
    CallSession calls("u", Secret(std::string_view("p")));
    calls.ask("<tds:GetUsers/>", {.asked = Asked::users});
    const UtcTime now = from_unix_seconds(1'800'000'000);
    for (int messages = 0; const auto message = calls.next(now); ++messages) {
        if (messages > 8) std::abort();  // an account must not be locked
        calls.on_answer(text.size() % 2 == 0 ? 200 : 400, read_reply(message->question, text), now);
    }
    (void)calls.take_answer();
}

DeviceAccess access_of_camera() {
    return {.host = "192.0.2.1",
            .port = 80,
            .path = "/onvif/device_service",
            .username = "u",
            .password = Secret(std::string_view("p")),
            .stream_url = "rtsp://192.0.2.1/1"};
}

void read_control_and_events(std::string_view text) {
    if (const auto nodes = parse_ptz_nodes(text))
        for (const PtzNode& node : *nodes) {
            // What we write about whatever a camera has told is an envelope.
            if (!parse_envelope(write_envelope(absolute_move("p", node, 1, -1, 1)))) std::abort();
            const auto pan = position_of({.x = 1e6, .y = -1e6, .zoom = 0}, node).pan;
            if (pan && !(*pan >= -1 && *pan <= 1)) std::abort();
        }
    if (const auto status = parse_ptz_status(text))
        (void)position_of(*status, {.absolute_pan_tilt = PtzSpace{}, .absolute_zoom = PtzSpace{}});
    (void)parse_presets(text);
    (void)parse_set_preset(text);
    (void)parse_relay_outputs(text);
    (void)parse_renew(text);
    if (const auto subscription = parse_create_pull_point(text))
        if (!parse_envelope(
                write_envelope(unsubscribe(), write_addressing(action_unsubscribe, subscription->reference))))
            std::abort();
    if (const auto messages = parse_pull_messages(text))
        for (const Notification& notification : messages->notifications) {
            (void)kind_of_topic(notification.topic);
            (void)state_of(notification);
            (void)describe(notification.data);
        }
    (void)parse_xml_time(text);
}

// Conversations in which each answer is this one: a command has to end, and events may only go on with
// pauses.
void converse(std::string_view text, unsigned status, UtcTime now) {
    ControlSession control(access_of_camera());
    for (const Command& command :
         {Command(MoveOn{}), Command(StopMove{}), Command(AskPosition{}), Command(ListRelays{})}) {
        control.begin(command);
        while (const auto call = control.next(now)) {
            if (!call->path.starts_with('/')) std::abort();
            control.on_answer(status, read_reply(call->question, text), now);
        }
        (void)control.take_result();
    }
    EventSession events(access_of_camera());
    unsigned without_pause = 0;
    for (int i = 0; i < 50; ++i) {
        const auto call = events.next(now);
        if (!call) break;
        if (!call->path.starts_with('/')) std::abort();
        events.on_answer(status, read_reply(call->question, text), now);
        (void)events.take_notifications();
        without_pause = events.pause().count() > 0 ? 0 : without_pause + 1;
        if (without_pause > 12) std::abort();
        now += std::chrono::seconds(5);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
    if (const auto envelope = parse_envelope(text)) {
        const UsernameToken token = read_security(envelope->header);
        (void)proves(token, Secret(std::string_view("x")));
    }
    if (const auto time = parse_system_date_and_time(text))
        if (clock_offsets(*time, from_unix_seconds(1'800'000'000)).empty()) std::abort();
    (void)parse_services(text);
    (void)parse_capabilities(text);
    (void)parse_device_information(text);
    if (const auto macs = parse_network_interfaces(text))
        for (const std::string& mac : *macs)
            if (normal_mac(mac) != mac) std::abort();
    (void)parse_scopes(text);
    for (const MediaVersion version : {MediaVersion::media1, MediaVersion::media2}) {
        if (const auto profiles = parse_profiles(version, text))
            for (const Pair& pair : pair_profiles(*profiles))
                if (pair.main.token.empty() || pair.main.token == pair.sub.token) std::abort();
        // Whatever a device names, the host stays the one that was chosen.
        if (const auto uri = parse_stream_uri(version, text))
            if (const auto believed = believe(*uri, "rtsp", "192.0.2.1");
                believed && believed->address.host != "192.0.2.1")
                std::abort();
        (void)parse_snapshot_uri(version, text);
    }
    read_every_question(text);
    look_after_device(text);
    read_control_and_events(text);
    converse(text, size % 2 == 0 ? 200 : 400, from_unix_seconds(1'800'000'000));
    (void)parse_find_recordings(text);
    (void)parse_replay_uri(text);
    (void)parse_xml_time(text);
    if (const auto results = parse_recording_search_results(text)) {
        const UtcInterval all{from_unix_seconds(0), from_unix_seconds(7'000'000'000)};
        if (const auto* best = best_recording(results->recordings, all);
            best != nullptr && best->token.empty())
            std::abort();
    }
    StorageSession storage(
        {.host = "192.0.2.1", .port = 80, .username = "u", .password = Secret(std::string_view("p"))},
        {from_unix_seconds(1'790'000'000), from_unix_seconds(1'790'000'060)});
    while (const auto call = storage.next(from_unix_seconds(1'800'000'000)))
        storage.on_answer(size % 2 == 0 ? 200 : 400, read_reply(call->question, text),
                          from_unix_seconds(1'800'000'000));
    if (const auto kept = storage.take_result(); kept && kept->url.find("192.0.2.1") == std::string::npos)
        std::abort();
    // A whole conversation in which each answer is this one: it has to end.
    SetUpSession session(
        {.host = "192.0.2.1", .port = 80, .username = "u", .password = Secret(std::string_view("p"))});
    const UtcTime now = from_unix_seconds(1'800'000'000);
    while (const auto call = session.next(now)) {
        if (!call->path.starts_with('/')) std::abort();
        session.on_answer(size % 2 == 0 ? 200 : 400, read_reply(call->question, text), now);
    }
    (void)session.take_result();
    return 0;
}
