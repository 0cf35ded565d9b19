// A camera process that was taken over and is asked what a device has answered: after two bytes that choose
// the question, the input is one report. What is believed of it is given to the conversations in which such
// questions are asked: they have to end, and to say nothing that is no envelope.

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "gateway/camera_process/messages.hpp"
#include "onvif/control_session.hpp"
#include "onvif/envelope.hpp"
#include "onvif/event_session.hpp"
#include "onvif/storage_session.hpp"

namespace {

using namespace vedette;
using namespace vedette::gateway::camera_process;

constexpr unsigned most_calls = 100;
const UtcTime now = from_unix_seconds(1'800'000'000);
constexpr std::string_view host = "192.0.2.1";

// Every question that the report can answer gets it, all others an error.
template <class Session>
void converse(Session& session, const DeviceReply& report) {
    for (unsigned calls = 0; const auto call = session.next(now); ++calls) {
        if (calls > most_calls) std::abort();
        if (!call->path.starts_with('/') || !onvif::parse_envelope(call->body)) std::abort();
        if (!report.error && onvif::may_answer(call->question, report.reply))
            session.on_answer(200, onvif::Reply(report.reply), now);
        else
            session.on_answer(400, fail(ErrorKind::corrupt, "something else"), now);
    }
}

onvif::DeviceAccess access() {
    return {.host = std::string(host),
            .port = 80,
            .path = "/onvif/device_service",
            .username = "u",
            .password = Secret(std::string_view("p")),
            .stream_url = "rtsp://192.0.2.1/1"};
}
onvif::SetUpOptions options() {
    return {.host = std::string(host), .username = "u", .password = Secret(std::string_view("p"))};
}

void use(const DeviceReply& report) {
    onvif::SetUpSession set_up(options());
    converse(set_up, report);
    if (const auto found = set_up.take_result())
        for (const onvif::Channel& channel : found->channels)
            if (!channel.main_url.contains(host)) std::abort();
    onvif::StorageSession storage(options(), {now - std::chrono::hours(1), now});
    converse(storage, report);
    (void)storage.take_result();
    onvif::ControlSession control(access());
    for (const onvif::Command& command :
         {onvif::Command(onvif::AskPosition{}), onvif::Command(onvif::ListPresets{}),
          onvif::Command(onvif::ListRelays{}), onvif::Command(onvif::StopMove{})}) {
        control.begin(command);
        converse(control, report);
        (void)control.take_result();
    }
    if (const auto* subscription = std::get_if<onvif::Subscription>(&report.reply))
        if (!onvif::parse_envelope(onvif::write_envelope(
                onvif::unsubscribe(),
                onvif::write_addressing(onvif::action_unsubscribe, subscription->reference))))
            std::abort();
    if (const auto* nodes = std::get_if<onvif::PtzNodes>(&report.reply))
        for (const onvif::PtzNode& node : *nodes) {
            const auto position = onvif::position_of({.x = 1, .y = -1, .zoom = 1}, node);
            if (position.pan && !(std::abs(*position.pan) <= 1)) std::abort();
            if (!onvif::parse_envelope(onvif::write_envelope(onvif::absolute_move("p", node, 1, -1, 1))))
                std::abort();
        }
    if (const auto* messages = std::get_if<onvif::PulledMessages>(&report.reply))
        for (const onvif::Notification& notification : messages->notifications) {
            (void)onvif::kind_of_topic(notification.topic);
            (void)onvif::state_of(notification);
            (void)onvif::describe(notification.data);
        }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteReader in(std::as_bytes(std::span(data, size)));
    const onvif::Question question{
        .asked = static_cast<onvif::Asked>(in.u8() % (static_cast<unsigned>(onvif::last_asked) + 1)),
        .media = in.u8() % 2 == 0 ? onvif::MediaVersion::media1 : onvif::MediaVersion::media2};
    const auto read = decode_report(in.take(in.remaining()));
    if (!read) return 0;
    const auto* report = std::get_if<DeviceReply>(&read->report);
    if (report == nullptr) return 0;
    // What was read is written as it was, but for text that was cleaned.
    const auto again = decode_report(encode(*read));
    if (!again || encode(*again) != encode(*read)) std::abort();
    if (report->error ? onvif::may_answer(*report->error) : onvif::may_answer(question, report->reply))
        use(*report);
    return 0;
}
