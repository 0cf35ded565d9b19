#include "rtsp/client_session.hpp"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vedette::rtsp {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// The fuzzer's seeds are the cameras of this test; their first byte is the fuzzer's.
std::string camera(const std::string& name) {
    std::ifstream file(std::string(VEDETTE_SOURCE_DIR "/src/rtsp/testdata/client_session_fuzz/") + name,
                       std::ios::binary);
    EXPECT_TRUE(file) << name;
    return std::string{std::istreambuf_iterator<char>(file), {}}.substr(1);
}

struct Outcome {
    std::string log;   ///< one word per event
    std::string sent;  ///< all that the session wrote
    std::optional<Error> error;
};

struct Writer {
    Outcome& out;
    void operator()(const Described& e) const { out.log += fmt::format("described {};", e.tracks.size()); }
    void operator()(const TrackRefused& e) const { out.log += fmt::format("refused {};", e.track); }
    void operator()(const MediaAddress& e) const {
        out.log += fmt::format("media {} from '{}' to '{}' {};", e.track, e.source, e.group, e.port);
    }
    void operator()(const Playing&) const { out.log += "playing;"; }
    void operator()(const ParametersChanged& e) const { out.log += fmt::format("parameters {};", e.track); }
    void operator()(const media::AccessUnit& e) const {
        out.log += fmt::format("unit {} {}{};", e.track, e.random_access ? "key " : "",
                               e.time + e.presentation_offset);
    }
    void operator()(const SenderReport& e) const {
        out.log += fmt::format("report {} {};", e.track, e.rtp_time);
    }
    void operator()(const ReplayTime&) const {}
    void operator()(const Loss& e) const { out.log += fmt::format("loss {} {};", e.track, e.packets); }
    void operator()(const UnitDamaged& e) const { out.log += fmt::format("damaged {};", e.track); }
    void operator()(const media::SignatureVerdict&) const {}
    void operator()(const Redirected& e) const { out.log += "redirected " + e.url + ";"; }
    void operator()(const Closed& e) const {
        out.log += "closed;";
        out.error = e.error;
    }
};

void drain(ClientSession& session, Outcome& outcome) {
    outcome.sent += session.take_output();
    while (auto event = session.next_event()) std::visit(Writer{outcome}, *event);
}

ClientSession start(ClientOptions options = {}) {
    return ClientSession(parse_url("rtsp://camera/live")->url, {"user", Secret(std::string_view("geheim"))},
                         std::move(options), MonotonicTime{});
}

Outcome play(const std::string& bytes, std::size_t split = 0, ClientOptions options = {}) {
    ClientSession session = start(std::move(options));
    Outcome outcome;
    for (const std::string& part : {bytes.substr(0, split), bytes.substr(split)}) {
        session.receive(as_bytes(part), MonotonicTime{});
        drain(session, outcome);
    }
    return outcome;
}

TEST(ClientSession, WholeSessionWhereverTheBytesAreSplit) {
    const std::string bytes = camera("plain");
    const Outcome whole = play(bytes);
    for (std::size_t split = 1; split < bytes.size(); ++split) {
        const Outcome outcome = play(bytes, split);
        ASSERT_EQ(outcome.log, whole.log) << split;
        ASSERT_EQ(outcome.sent, whole.sent) << split;
    }
    EXPECT_EQ(whole.log,
              "described 2;playing;unit 0 key 4294966000;report 0 4294977296;unit 1 key 100;unit 1 key 1124;"
              "unit 0 4294969600;loss 0 1;unit 0 4294973200;");
    EXPECT_THAT(whole.sent, HasSubstr("SETUP rtsp://cam/live/trackID=0 RTSP/1.0\r\nCSeq: 3\r\n"));
    EXPECT_THAT(whole.sent, HasSubstr("PLAY rtsp://cam/live/ RTSP/1.0\r\nCSeq: 5\r\n"));
    EXPECT_THAT(whole.sent, HasSubstr("Session: 77\r\n"));
    EXPECT_THAT(whole.sent, Not(HasSubstr("Session: 78")));
}

TEST(ClientSession, DigestAndRefusedAudio) {
    const Outcome outcome = play(camera("digest"));
    EXPECT_THAT(outcome.log, HasSubstr("described 2;refused 1;playing;unit 0 key"));
    EXPECT_THAT(outcome.sent,
                HasSubstr("Authorization: Digest username=\"user\", realm=\"c\", nonce=\"n1\""));
    EXPECT_THAT(outcome.sent, HasSubstr("nc=00000002"));
    EXPECT_THAT(outcome.sent, Not(HasSubstr("geheim")));
}

struct Failure {
    const char* camera;
    ErrorKind kind;
    const char* words;
};

TEST(ClientSession, EachFailureIsNamedInWords) {
    for (const auto& [name, kind, words] :
         std::vector<Failure>{{"wrong_password", ErrorKind::unauthenticated, "user name or the password"},
                              {"not_found", ErrorKind::not_found, "no stream at this path"},
                              {"http", ErrorKind::unsupported, "web server"},
                              {"mpeg4", ErrorKind::unsupported, "MP4V-ES"}}) {
        const Outcome outcome = play(camera(name));
        ASSERT_TRUE(outcome.error) << name;
        EXPECT_EQ(outcome.error->kind, kind) << name;
        EXPECT_THAT(outcome.error->message, HasSubstr(words));
    }
}

TEST(ClientSession, WrongPasswordIsTriedOnce) {
    const std::string sent = play(camera("wrong_password")).sent;
    EXPECT_EQ(sent.find("Authorization"), sent.rfind("Authorization"));
}

TEST(ClientSession, RedirectElsewhereDropsCredentials) {
    EXPECT_EQ(play(camera("redirect")).log, "redirected rtsp://other:8554/live;");
}

TEST(ClientSession, StopsForAConnectionTest) {
    const Outcome described = play(camera("plain"), 0, {.stop_after = ClientOptions::StopAfter::described});
    EXPECT_EQ(described.log, "described 2;closed;");
    EXPECT_FALSE(described.error);
    const Outcome seen = play(camera("plain"), 0, {.stop_after = ClientOptions::StopAfter::key_frame});
    EXPECT_EQ(seen.log, "described 2;playing;unit 0 key 4294966000;closed;");
    EXPECT_THAT(seen.sent, HasSubstr("TEARDOWN rtsp://cam/live/"));
}

TEST(ClientSession, ASilentCameraIsAskedWhetherItIsThere) {
    ClientSession session = start({.receiver_reports = false});
    Outcome outcome;
    const MonotonicTime now{};
    session.receive(as_bytes(camera("plain")), now);
    drain(session, outcome);
    outcome.sent.clear();
    EXPECT_EQ(session.deadline(), now + 3s);
    session.on_time(now + 3s);
    drain(session, outcome);
    EXPECT_THAT(outcome.sent, HasSubstr("GET_PARAMETER rtsp://cam/live/ RTSP/1.0"));
    EXPECT_FALSE(outcome.error);
}

TEST(ClientSession, KeepsAliveAtHalfOfTheTimeoutWithoutWaiting) {
    // Without the question that a silent camera gets earlier.
    ClientSession session = start({.receiver_reports = false, .silence_probe = 60s});
    Outcome outcome;
    MonotonicTime now{};
    session.receive(as_bytes(camera("plain")), now);
    drain(session, outcome);
    EXPECT_EQ(session.deadline(), now + 10s);
    session.on_time(now + 9s);
    EXPECT_FALSE(session.has_output());
    session.on_time(now + 10s);  // no packet either: silence wins
    drain(session, outcome);
    ASSERT_TRUE(outcome.error);
    EXPECT_THAT(outcome.error->message, HasSubstr("no video for 10 s"));

    ClientSession patient = start({.receiver_reports = false, .media_timeout = 60s});
    Outcome kept;
    patient.receive(as_bytes(camera("plain")), now);
    drain(patient, kept);
    kept.sent.clear();
    for (int i = 1; i <= 3; ++i) patient.on_time(now + i * 10s);
    drain(patient, kept);
    EXPECT_THAT(kept.sent, HasSubstr("GET_PARAMETER rtsp://cam/live/ RTSP/1.0\r\nCSeq: 6\r\n"));
    EXPECT_THAT(kept.sent, HasSubstr("CSeq: 8\r\n"));
    patient.receive(as_bytes("RTSP/1.0 501 Not Implemented\r\nCSeq: 8\r\n\r\n"), now);
    patient.on_time(now + 40s);
    drain(patient, kept);
    EXPECT_THAT(kept.sent, HasSubstr("OPTIONS rtsp://cam/live/ RTSP/1.0\r\nCSeq: 9\r\n"));
    patient.receive(as_bytes("RTSP/1.0 454 Session Not Found\r\nCSeq: 9\r\n\r\n"), now);
    drain(patient, kept);
    ASSERT_TRUE(kept.error);
    EXPECT_THAT(kept.error->message, HasSubstr("forgotten"));
}

TEST(ClientSession, SilenceIsNamed) {
    for (const auto& [bytes, words] : std::vector<std::pair<std::string, std::string>>{
             {"", "is this the RTSP port"},
             {"SSH-2.0-dropbear\r\n", "not an RTSP server"},
             {"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", "did not answer DESCRIBE"}}) {
        ClientSession session = start();
        Outcome outcome;
        session.receive(as_bytes(bytes), MonotonicTime{});
        session.on_time(session.deadline());
        drain(session, outcome);
        ASSERT_TRUE(outcome.error) << bytes;
        EXPECT_EQ(outcome.error->kind, ErrorKind::timeout);
        EXPECT_THAT(outcome.error->message, HasSubstr(words));
    }
}

TEST(ClientSession, PeerThatLeavesIsNamed) {
    ClientSession session = start();
    Outcome outcome;
    session.on_disconnected();
    session.on_disconnected();
    drain(session, outcome);
    EXPECT_EQ(outcome.log, "closed;");
    EXPECT_EQ(outcome.error->kind, ErrorKind::unavailable);
}

TEST(ClientSession, AnswersTheCamerasRequests) {
    ClientSession session = start();
    session.take_output();
    session.receive(as_bytes("OPTIONS * RTSP/1.0\r\nCSeq: 90\r\n\r\nRECORD * RTSP/1.0\r\nCSeq: 91\r\n\r\n"),
                    MonotonicTime{});
    EXPECT_EQ(session.take_output(),
              "RTSP/1.0 200 OK\r\nCSeq: 90\r\n\r\nRTSP/1.0 501 Not Implemented\r\nCSeq: 91\r\n\r\n");
}

TEST(ClientSession, FollowsTheAnsweredChannels) {
    std::string bytes = camera("plain");
    const std::string asked = "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=00001234";
    const std::string answered = "RTP/AVP;unicast;interleaved=5;ssrc=  1234 ;x=000000";
    bytes.replace(bytes.find(asked), asked.size(), answered);
    EXPECT_THAT(play(bytes).log, Not(HasSubstr("unit 0")));
    for (std::size_t at = 0; (at = bytes.find(std::string("$\0", 2), at)) != std::string::npos; ++at)
        bytes[at + 1] = 5;
    EXPECT_THAT(play(bytes).log, HasSubstr("unit 0 key 4294966000;"));
}

}  // namespace
}  // namespace vedette::rtsp
