// Quirks of the session description (RFC 4566).

#include <string>

#include "rtsp/rtp.hpp"
#include "simulate/quirks.hpp"

namespace vedette::simulate {

namespace {

using rtsp::Request;
using rtsp::Response;

/// The body of an answer to DESCRIBE; nullptr for other answers.
std::string* description(const Request& request, Response& response) {
    return request.method == "DESCRIBE" && response.status == 200 ? &response.body : nullptr;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

/// Takes out, or replaces, all lines that begin so.
void replace_lines(std::string& text, std::string_view begin, std::string_view by) {
    for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at + by.size())) {
        if (at != 0 && text[at - 1] != '\n') {
            at += begin.size();
            continue;
        }
        text.replace(at, text.find('\n', at) + 1 - at, by);
    }
}

void set_payload_type(std::vector<QuirkFrame>& frames, std::uint8_t channel, std::uint8_t type) {
    constexpr std::size_t type_at = 1;
    for (QuirkFrame& frame : frames)
        if (frame.channel == channel && frame.bytes.size() >= rtsp::rtp_header_bytes)
            frame.bytes[type_at] = (frame.bytes[type_at] & std::byte{0x80}) | std::byte{type};
}

constexpr auto description_table =
    std::to_array<Quirk>({
        {.name = "control-with-leading-slash",
         .number = 5,
         .sentence = "control URLs begin with a slash and are meant to be appended",
         .response =
             [](QuirkContext&, const Request& request, Response& response) {
                 if (auto* sdp = description(request, response))
                     replace_all(*sdp, "a=control:track", "a=control:/track");
             }},
        {.name = "no-control",
         .number = 6,
         .sentence = "media have no control URL",
         .response =
             [](QuirkContext&, const Request& request, Response& response) {
                 if (auto* sdp = description(request, response)) replace_lines(*sdp, "a=control:track", "");
             }},
        {.name = "no-session-lines",
         .number = 35,
         .sentence = "the session description has no v, o, s and t",
         .response =
             [](QuirkContext&, const Request& request, Response& response) {
                 if (auto* sdp = description(request, response))
                     for (const std::string_view line : {"v=", "o=", "s=", "t=", "c="})
                         replace_lines(*sdp, line, "");
             }},
        {.name = "broken-session-lines",
         .number = 35,
         .sentence = "o and c are broken, and s is there twice",
         .response =
             [](QuirkContext&, const Request& request, Response& response) {
                 if (auto* sdp = description(request, response)) {
                     replace_lines(*sdp, "o=", "o=- 0x1F 1.5 IN IP4 1 2 3\r\n");
                     replace_lines(*sdp, "c=", "c=IN\r\n");
                     replace_lines(*sdp, "t=", "s=again\r\nt=\r\n");
                 }
             }},
        {.name = "unknown-media",
         .number = 36,
         .sentence = "media of unknown kinds stand before the video",
         .response =
             [](QuirkContext&, const Request& request, Response& response) {
                 if (auto* sdp = description(request, response))
                     sdp->insert(sdp->find("m=video"),
                                 "m=application/MERCURY 0 RTP/AVP 98\r\nm=vana 0 X 99\r\nm=meta\r\n");
             }},
        {.name = "odd-fmtp",
         .number = 37,
         .sentence = "fmtp lines end with semicolons, are empty, or stand under another media",
         .response =
             [](QuirkContext&, const Request& request, Response& response) {
                 if (auto* sdp = description(request, response)) {
                     replace_all(*sdp, " H264/90000", " H264/90000 ");
                     *sdp += "a=fmtp:\r\na=fmtp:96 ;\r\n";
                 }
             }},
        {.name = "static-payload-type",
         .number = 38,
         .sentence = "H.264 comes with a payload type that RFC 3551 has not left free",
         .response =
             [](QuirkContext&, const Request& request, Response& response) {
                 if (auto* sdp = description(request, response)) {
                     replace_all(*sdp, "RTP/AVP 96", "RTP/AVP 35");
                     replace_all(*sdp, ":96 ", ":35 ");
                 }
             },
         .media = [](QuirkContext&, std::vector<QuirkFrame>& frames) { set_payload_type(frames, 0, 35); }},
        {.name = "mpeg-transport-stream",
         .number = 38,
         .sentence = "the video is an MPEG transport stream, which is refused with a clear sentence",
         .response =
             [](QuirkContext&, const Request& request, Response& response) {
                 if (auto* sdp = description(request, response))
                     *sdp =
                         "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 33\r\n"
                         "a=control:trackID=0\r\n";
             }},
        {.name = "everything-sendonly",
         .number = 39,
         .sentence = "all media are marked sendonly, as back-channels are",
         .response =
             [](QuirkContext&, const Request& request, Response& response) {
                 if (auto* sdp = description(request, response))
                     replace_all(*sdp, "a=control:track", "a=sendonly\r\na=control:track");
             }},
        {.name = "clock-rate-of-zero",
         .number = 40,
         .sentence = "the clock rate of the video is 0",
         .response =
             [](QuirkContext&, const Request& request, Response& response) {
                 if (auto* sdp = description(request, response)) {
                     replace_all(*sdp, "H264/90000", "H264/0");
                     replace_all(*sdp, "H265/90000", "H265/0");
                 }
             }},
        {.name = "packetization-mode-0",
         .number = 52,
         .sentence = "fragments and aggregates come where packetization-mode is 0",
         .response =
             [](QuirkContext&, const Request& request, Response& response) {
                 if (auto* sdp = description(request, response))
                     replace_all(*sdp, "packetization-mode=1", "packetization-mode=0");
             }},
        {.name = "no-parameter-sets",
         .number = 54,
         .sentence = "the session description has no parameter sets",
         .response =
             [](QuirkContext&, const Request& request, Response& response) {
                 if (auto* sdp = description(request, response))
                     replace_lines(*sdp, "a=fmtp:96 ", "a=fmtp:96 packetization-mode=1\r\n");
             }},
        {.name = "broken-parameter-sets",
         .number = 54,
         .sentence = "the parameter sets of the session description are cut",
         .response =
             [](QuirkContext&, const Request& request, Response& response) {
                 if (auto* sdp = description(request, response))
                     replace_lines(*sdp, "a=fmtp:96 ",
                                   "a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LA,aA==\r\n");
             }},
    });

}  // namespace

std::span<const Quirk> description_quirks() {
    return description_table;
}

}  // namespace vedette::simulate
