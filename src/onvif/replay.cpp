#include "onvif/replay.hpp"

#include "onvif/answers.hpp"
#include "onvif/envelope.hpp"
#include "onvif/namespaces.hpp"

namespace vedette::onvif {

std::string get_replay_uri(std::string_view recording_token) {
    return fmt::format(
        R"(<trp:GetReplayUri xmlns:trp="{}"><trp:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport>)"
        R"(<tt:Protocol>RTSP</tt:Protocol></tt:Transport></trp:StreamSetup>)"
        R"(<trp:RecordingToken>{}</trp:RecordingToken></trp:GetReplayUri>)",
        ns::replay, escape(recording_token));
}

Result<std::string> parse_replay_uri(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::replay, "GetReplayUriResponse"));
    std::string uri = envelope.body.child("Uri").text();
    if (uri.empty()) return fail(ErrorKind::corrupt, "the camera names no address for its recording");
    return uri;
}

}  // namespace vedette::onvif
