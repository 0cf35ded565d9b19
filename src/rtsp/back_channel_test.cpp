// Quirk 39: back-channels are marked in many ways.

#include "rtsp/back_channel.hpp"

#include <gtest/gtest.h>

#include "rtsp/client_session.hpp"

namespace vedette::rtsp {
namespace {

Sdp sdp_of(std::string_view media) {
    return parse_sdp("v=0\r\no=- 1 1 IN IP4 0\r\ns=x\r\nt=0 0\r\na=control:*\r\n" + std::string(media))
        .value();
}

constexpr std::string_view video = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:video\r\n";
constexpr std::string_view listen = "m=audio 0 RTP/AVP 0\r\na=control:listen\r\na=recvonly\r\n";
constexpr std::string_view talk = "m=audio 0 RTP/AVP 0\r\na=control:talk\r\na=sendonly\r\n";

std::string plan(std::string_view media) {
    const auto tracks = plan_back_channel(sdp_of(media), "rtsp://c/live");
    return tracks ? tracks->at(0).control_url() : tracks.error().message;
}

TEST(BackChannel, IsTheSoundThatIsSentByUs) {
    EXPECT_EQ(plan(std::string(video) + std::string(listen) + std::string(talk)), "rtsp://c/live/talk");
    EXPECT_EQ(plan(std::string(video) + std::string(talk)), "rtsp://c/live/talk");
    EXPECT_EQ(plan(talk), "rtsp://c/live/talk");
}

TEST(BackChannel, WhereEverythingIsMarkedSoItIsTheLastOfSeveralSounds) {
    const std::string marked_video = std::string(video) + "a=sendonly\r\n";
    const std::string marked_listen = "m=audio 0 RTP/AVP 0\r\na=control:listen\r\na=sendonly\r\n";
    EXPECT_EQ(plan(marked_video + marked_listen + std::string(talk)), "rtsp://c/live/talk");
    EXPECT_EQ(plan(marked_video + marked_listen), "the camera has no loudspeaker that can be reached (G.711)")
        << "that is its microphone";
}

TEST(BackChannel, OtherCodecsAreNotSpoken) {
    EXPECT_EQ(plan(std::string(video) +
                   "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 G726-32/8000\r\na=control:t\r\na=sendonly\r\n"),
              "the camera has no loudspeaker that can be reached (G.711)");
}

TEST(BackChannel, PacketsFollowOneAnother) {
    BackChannelSender sender(media::Codec::pcmu, 0, 7, 65'535, 1'000);
    const std::vector<std::int16_t> silence(back_channel_samples);
    const Bytes first = sender.packet(silence);
    const Bytes second = sender.packet(silence);
    sender.skip(800);
    const Bytes third = sender.packet(silence);
    const auto a = parse_rtp(first);
    const auto b = parse_rtp(second);
    const auto c = parse_rtp(third);
    ASSERT_TRUE(a && b && c);
    EXPECT_EQ(a->payload.size(), back_channel_samples);
    EXPECT_EQ(a->payload[0], std::byte{0xff});
    EXPECT_TRUE(a->marker) << "speech begins";
    EXPECT_FALSE(b->marker);
    EXPECT_TRUE(c->marker);
    EXPECT_EQ(b->sequence, 0);
    EXPECT_EQ(b->timestamp, 1'160U);
    EXPECT_EQ(c->timestamp, 2'120U);
}

// ONVIF Streaming Specification, section 5.3.
TEST(BackChannel, TheSessionAsksForItAndForNothingElse) {
    MonotonicTime now{};
    ClientOptions options;
    options.back_channel = true;
    ClientSession session(parse_url("rtsp://c/live")->url, {}, options, now);
    const auto say = [&](const std::string& answer) {
        session.receive(as_bytes(answer), now);
        return session.take_output();
    };
    (void)session.take_output();
    const std::string describe = say("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
    EXPECT_NE(describe.find("Require: www.onvif.org/ver20/backchannel\r\n"), std::string::npos) << describe;
    const std::string sdp = "v=0\r\no=- 1 1 IN IP4 0\r\ns=x\r\nt=0 0\r\n" + std::string(video) +
                            std::string(listen) + std::string(talk);
    const std::string setup =
        say(fmt::format("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: {}\r\n\r\n{}", sdp.size(), sdp));
    EXPECT_TRUE(setup.starts_with("SETUP rtsp://c/live/talk ")) << setup;
    const std::string play = say(
        "RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: 7\r\nTransport: RTP/AVP/TCP;unicast;interleaved=6-7\r\n\r\n");
    EXPECT_TRUE(play.starts_with("PLAY ")) << play;
    EXPECT_FALSE(session.take_talk_turn(now)) << "not before it plays";
    say("RTSP/1.0 200 OK\r\nCSeq: 4\r\nSession: 7\r\n\r\n");
    EXPECT_TRUE(session.take_talk_turn(now));
    EXPECT_FALSE(session.take_talk_turn(now));
    const std::vector<std::int16_t> silence(back_channel_samples);
    session.talk(silence);
    const std::string out = session.take_output();
    ASSERT_EQ(out.size(), 4 + rtp_header_bytes + back_channel_samples);
    EXPECT_EQ(out.substr(0, 2), std::string("$\x06", 2)) << "on the channel that the camera chose";
    now += std::chrono::milliseconds(20);
    EXPECT_TRUE(session.take_talk_turn(now));
    EXPECT_FALSE(session.closed());
    now += std::chrono::seconds(20);
    session.on_time(now);
    EXPECT_FALSE(session.closed()) << "no picture is waited for";
}

}  // namespace
}  // namespace vedette::rtsp
