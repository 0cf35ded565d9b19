// What real cameras do wrong in a session, one row each; the numbers are those of docs/ref/cameras.md. A
// scripted camera answers as a good one does, but for what the row says. Each must end with a picture.

#include <cctype>
#include <functional>
#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rtsp/client_session.hpp"

namespace vedette::rtsp {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view media_lines =
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    "a=fmtp:96 "
    "packetization-mode=1;sprop-parameter-sets=Z2QAKKzZQHgCJ+XAWoCAgKAAAAMAIAAAB4HjBjLA,aOvjyyLA\r\n";
constexpr std::string_view session_lines = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\n";

std::string media_frame(std::uint8_t channel, std::uint16_t sequence, std::uint32_t ssrc = 0x1234) {
    const auto header = rtp_header({.marker = true,
                                    .payload_type = 96,
                                    .sequence = sequence,
                                    .timestamp = sequence * 3600U,
                                    .ssrc = ssrc});
    ByteWriter packet;
    packet.bytes(header).u8(0x65).u32(0x88'84'00'10);
    const Bytes bytes = std::move(packet).finish();
    return std::string(as_text(interleaved_header(channel, bytes.size()))) + std::string(as_text(bytes));
}

/// How a camera answers; every field of a good one has its default.
struct Camera {
    std::string status_line = "RTSP/1.0 200 OK";
    std::string cseq = "CSeq: {}";  ///< {}: the request's
    std::string options_status_line = "RTSP/1.0 200 OK";
    std::string describe_headers = "Content-Base: rtsp://cam/live/\r\nContent-Type: application/sdp";
    std::string sdp = std::string(session_lines) + std::string(media_lines) + "a=control:trackID=0\r\n";
    std::string transport = "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=00001234";
    std::string session = "77;timeout=60";
    std::string second_session = "77;timeout=60";
    std::string play_headers = "RTP-Info: url=rtsp://cam/live/trackID=0;seq=1;rtptime=3600";
    std::string before_play_answer{};
    std::string after_play_answer = media_frame(0, 1);
    std::vector<std::string> challenges{};  ///< WWW-Authenticate lines, to requests without Authorization
};

struct Quirk {
    int number;
    const char* behaviour;
    std::function<void(Camera&)> differ;
    std::vector<std::string> sends{};  ///< has to be in what the client writes
    std::vector<std::string> never_sends{};

    friend void PrintTo(const Quirk& quirk, std::ostream* out) { *out << quirk.behaviour; }
};

struct Conversation {
    std::string sent;
    std::size_t pictures = 0;
    std::optional<Error> error;
};

class Script {
  public:
    explicit Script(const Camera& camera) : camera_(camera) {}

    std::string answer(const Request& request) {
        const std::string number = std::to_string(cseq(request.headers).value_or(0));
        const auto reply = [&](const std::string& status, const std::string& headers,
                               const std::string& body) {
            std::string cseq_line = camera_.cseq;
            cseq_line.replace(cseq_line.find("{}"), 2, number);
            std::string out = status + "\r\n" + cseq_line + "\r\n";
            if (!headers.empty()) out += headers + "\r\n";
            if (!body.empty()) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
            return out + "\r\n" + body;
        };
        if (request.method == "OPTIONS") return reply(camera_.options_status_line, "", "");
        if (!camera_.challenges.empty() && request.headers.find("Authorization") == nullptr) {
            std::string headers;
            for (const std::string& challenge : camera_.challenges)
                headers += (headers.empty() ? "" : "\r\n") + ("WWW-Authenticate: " + challenge);
            return reply("RTSP/1.0 401 Unauthorized", headers, "");
        }
        if (request.method == "DESCRIBE")
            return reply(camera_.status_line, camera_.describe_headers, camera_.sdp);
        if (request.method == "SETUP") {
            const std::string& id = setups_++ == 0 ? camera_.session : camera_.second_session;
            return reply(camera_.status_line, "Transport: " + camera_.transport + "\r\nSession: " + id, "");
        }
        if (request.method == "PLAY")
            return camera_.before_play_answer + reply(camera_.status_line, camera_.play_headers, "") +
                   camera_.after_play_answer;
        return "";
    }

  private:
    const Camera& camera_;
    int setups_ = 0;
};

Conversation converse(const Camera& camera) {
    ClientSession session(parse_url("rtsp://cam/live")->url, {"user", Secret(std::string_view("geheim"))}, {},
                          MonotonicTime{});
    Script script(camera);
    StreamParser requests;
    Conversation out;
    for (int round = 0; round < 20 && session.has_output(); ++round) {
        const std::string output = session.take_output();
        out.sent += output;
        std::string answers;
        requests.feed(as_bytes(output));
        for (auto item = requests.next(); item && !std::holds_alternative<NeedMore>(*item);
             item = requests.next())
            if (const auto* request = std::get_if<Request>(&*item)) answers += script.answer(*request);
        session.receive(as_bytes(answers), MonotonicTime{});
    }
    while (auto event = session.next_event()) {
        out.pictures += std::holds_alternative<media::AccessUnit>(*event);
        if (auto* closed = std::get_if<Closed>(&*event)) out.error = closed->error;
    }
    return out;
}

std::vector<Quirk> session_quirks() {
    const std::string uri = "rtsp://cam/live/trackID=0 RTSP/1.0";
    return {
        {0, "a good camera", [](Camera&) {}, {"SETUP " + uri, "PLAY rtsp://cam/live/ "}},
        {1,
         "Content-Base without scheme",
         [](Camera& c) { c.describe_headers = "Content-Base: 192.0.2.10:554/stream0/"; },
         {"SETUP rtsp://192.0.2.10/stream0/trackID=0 "}},
        {2,
         "Content-Base with the scheme twice",
         [](Camera& c) { c.describe_headers = "Content-Base: rtsp://rtsp://cam/live/"; },
         {"SETUP " + uri}},
        {3,
         "Content-Base with an IPv6 address without brackets",
         [](Camera& c) { c.describe_headers = "Content-Base: rtsp://::ffff:192.0.2.1/live/"; },
         {"SETUP rtsp://[::ffff:192.0.2.1]/live/trackID=0 "}},
        {4, "no Content-Base", [](Camera& c) { c.describe_headers = "X: y"; }, {"SETUP " + uri}},
        {4,
         "relative Content-Base",
         [](Camera& c) { c.describe_headers = "Content-Base: /live/"; },
         {"SETUP " + uri}},
        {4,
         "Content-Location instead of Content-Base",
         [](Camera& c) { c.describe_headers = "Content-Location: rtsp://cam/other"; },
         {"SETUP rtsp://cam/other/trackID=0 "}},
        {5,
         "control with a slash in front and a query in the base",
         [](Camera& c) {
             c.describe_headers = "Content-Base: rtsp://cam/a?x=1";
             c.sdp = std::string(session_lines) + std::string(media_lines) + "a=control:/trackID=0\r\n";
         },
         {"SETUP rtsp://cam/a?x=1/trackID=0 "}},
        {6,
         "media without a control URL",
         [](Camera& c) { c.sdp = std::string(session_lines) + std::string(media_lines); },
         {"SETUP rtsp://cam/live/ RTSP/1.0"}},
        {7, "no Content-Type", [](Camera& c) { c.describe_headers = "Content-Base: rtsp://cam/live/"; }},
        {8, "status line without reason phrase", [](Camera& c) { c.status_line = "RTSP/1.0 200"; }},
        {9,
         "blanks around the number of CSeq",
         [](Camera& c) { c.cseq = "CSeq:   {}  "; },
         {"\r\nCSeq: 3\r\n"}},
        {9, "CSeq in other letters", [](Camera& c) { c.cseq = "cseq:{}"; }},
        {10, "OPTIONS answered 404", [](Camera& c) { c.options_status_line = "RTSP/1.0 404 Not Found"; }},
        {10, "OPTIONS not implemented", [](Camera& c) { c.options_status_line = "RTSP/1.0 501 No"; }},
        {12, "DESCRIBE wanted before SETUP", [](Camera&) {}, {"DESCRIBE rtsp://cam/live RTSP/1.0"}},
        {13, "Range wanted in PLAY, mode not in Transport", [](Camera&) {}, {"Range: npt=0.000-"}, {"mode="}},
        {14,
         "User-Agent wanted in every request",
         [](Camera&) {},
         {"DESCRIBE rtsp://cam/live RTSP/1.0\r\nCSeq: 2\r\nUser-Agent: "}},
        {15, "line ends and junk before a frame",
         [](Camera& c) { c.after_play_answer = "\r\n\r\n\x01\x02junk" + media_frame(0, 1); }},
        {16, "media before the answer to PLAY",
         [](Camera& c) { c.before_play_answer = media_frame(0, 65'535); }},
        {17, "media on a channel that nobody asked for",
         [](Camera& c) { c.after_play_answer = media_frame(9, 1) + media_frame(0, 1); }},
        {18, "one channel number only", [](Camera& c) { c.transport = "RTP/AVP/TCP;unicast;interleaved=0"; }},
        {18, "odd channel numbers",
         [](Camera& c) {
             c.transport = "RTP/AVP/TCP;interleaved=3-4";
             c.after_play_answer = media_frame(3, 1);
         }},
        {18, "RTP/AVP instead of RTP/AVP/TCP",
         [](Camera& c) { c.transport = "RTP/AVP;unicast;interleaved=0-1"; }},
        {19,
         "another session id at the second SETUP",
         [](Camera& c) {
             c.sdp +=
                 "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 mpeg4-generic/16000/1\r\n"
                 "a=fmtp:97 mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1408\r\n"
                 "a=control:trackID=1\r\n";
             c.second_session = "88;timeout=60";
             // The same answer for both tracks would put two media on one channel.
             c.transport = "RTP/AVP/TCP;unicast";
         },
         {"Session: 77\r\n"},
         {"Session: 88"}},
        {20,
         "session timeout with blanks",
         [](Camera& c) { c.session = "77 ; timeout = 5"; },
         {"Session: 77\r\n"}},
        {23, "packets of an earlier session",
         [](Camera& c) { c.after_play_answer = media_frame(0, 900, 0x9999) + media_frame(0, 1); }},
        {26,
         "Basic before Digest",
         [](Camera& c) { c.challenges = {"Basic realm=\"c\"", "Digest realm=\"c\", nonce=\"n\""}; },
         {"Authorization: Digest "},
         {"Authorization: Basic"}},
        {27,
         "SHA-256 beside MD5",
         [](Camera& c) {
             c.challenges = {"Digest realm=\"c\", nonce=\"n\"",
                             "Digest realm=\"c\", nonce=\"m\", algorithm=SHA-256"};
         },
         {"algorithm=SHA-256"}},
        {28,
         "neither algorithm nor qop",
         [](Camera& c) { c.challenges = {"Digest realm=\"c\", nonce=\"n\""}; },
         {"Authorization: Digest "},
         {"qop=", "algorithm=", "nc="}},
        {28,
         "qop=auth",
         [](Camera& c) { c.challenges = {"Digest realm=\"c\",nonce=\"n\",qop=\"auth\""}; },
         {"qop=auth, nc=00000001", "cnonce="}},
        {30,
         "the URI in Digest has to be the request's",
         [](Camera& c) { c.challenges = {"Digest realm=\"c\", nonce=\"n\""}; },
         {"uri=\"rtsp://cam/live\"", "uri=\"rtsp://cam/live/trackID=0\"", "uri=\"rtsp://cam/live/\""}},
        {35, "session description without v, o, s and t",
         [](Camera& c) { c.sdp = std::string(media_lines) + "a=control:trackID=0\r\n"; }},
        {35, "broken o and c, s twice",
         [](Camera& c) {
             c.sdp = "v=0\r\no=- 0x1F 1.5 IN IP4 1 2 3\r\ns=a\r\ns=b\r\nc=IN\r\n" + std::string(media_lines) +
                     "a=control:trackID=0\r\n";
         }},
        {36,
         "media of unknown kinds",
         [](Camera& c) {
             c.sdp = std::string(session_lines) +
                     "m=application/MERCURY 0 RTP/AVP 98\r\nm=vana 0 X 99\r\nm=meta\r\n" +
                     std::string(media_lines) + "a=control:trackID=0\r\n";
         },
         {"SETUP " + uri}},
        {37, "empty fmtp, and one that ends with a semicolon",
         [](Camera& c) { c.sdp += "a=fmtp:\r\na=fmtp:96 ;\r\n"; }},
        {39, "everything marked sendonly", [](Camera& c) { c.sdp += "a=sendonly\r\n"; }},
        {40, "clock rate of zero",
         [](Camera& c) {
             const auto at = c.sdp.find("H264/90000");
             c.sdp.replace(at, 10, "H264/0");
         }},
        {41, "RTP-Info that is wrong",
         [](Camera& c) { c.play_headers = "RTP-Info: url=;seq=0;rtptime=-1;,;"; }},
        {42, "SSRC with a blank in front",
         [](Camera& c) { c.transport = "RTP/AVP/TCP;interleaved=0-1;ssrc= 1234"; }},
        {42, "SSRC that is none", [](Camera& c) { c.transport = "RTP/AVP/TCP;interleaved=0-1;ssrc=xyz"; }},
        {44, "RTCP that is none",
         [](Camera& c) { c.after_play_answer = std::string("$\x01\x00\x02zz", 6) + media_frame(0, 1); }},
    };
}

class CameraQuirk : public testing::TestWithParam<Quirk> {};

TEST_P(CameraQuirk, EndsWithAPicture) {
    const Quirk& quirk = GetParam();
    Camera camera;
    quirk.differ(camera);
    const Conversation got = converse(camera);
    EXPECT_FALSE(got.error) << got.error->message;
    EXPECT_EQ(got.pictures, 1U) << got.sent;
    for (const std::string& part : quirk.sends) EXPECT_THAT(got.sent, HasSubstr(part));
    for (const std::string& part : quirk.never_sends) EXPECT_THAT(got.sent, Not(HasSubstr(part)));
}

/// "4: relative Content-Base" is the test No04RelativeContentBase.
std::string test_name(const testing::TestParamInfo<Quirk>& info) {
    std::string name = fmt::format("No{:02}", info.param.number);
    bool begins_word = true;
    for (const char* c = info.param.behaviour; *c != '\0'; ++c) {
        const bool letter = std::isalnum(static_cast<unsigned char>(*c)) != 0;
        if (letter) name += begins_word ? static_cast<char>(std::toupper(*c)) : *c;
        begins_word = !letter;
    }
    return name;
}

INSTANTIATE_TEST_SUITE_P(Session, CameraQuirk, testing::ValuesIn(session_quirks()), test_name);

}  // namespace
}  // namespace vedette::rtsp
