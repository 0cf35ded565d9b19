// Replay of what a camera keeps: the header extension, and the words of the session.

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "rtsp/client_session.hpp"
#include "rtsp/replay_extension.hpp"

namespace vedette::rtsp {
namespace {

constexpr std::string_view replay_sdp =
    "v=0\r\no=- 1 1 IN IP4 0\r\ns=x\r\nt=0 0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\n"
    "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;"
    "sprop-parameter-sets=Z0LAHtoCgL/lwEQAAAMABAAAAwDIPFi6gA==,aM48gA==\r\na=control:trackID=0\r\n";

UtcTime moment(std::int64_t seconds, int milliseconds) {
    return from_unix_seconds(seconds) + Ticks90k(std::chrono::milliseconds(milliseconds));
}

class ReplaySession : public testing::Test {
  protected:
    static ClientOptions options() {
        ClientOptions options;
        options.replay = ReplayRange{moment(1'795'228'506, 120), moment(1'795'228'530, 0)};
        return options;
    }
    std::string say(std::string_view answer) {
        if (!answer.empty()) session.receive(as_bytes(answer), now);
        return session.take_output();
    }
    std::string play() {
        say("");
        say("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
        setup = say(fmt::format("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: {}\r\n\r\n{}",
                                replay_sdp.size(), replay_sdp));
        return say(
            "RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: 7\r\nTransport: "
            "RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n");
    }
    std::optional<Closed> closed() {
        while (auto event = session.next_event())
            if (auto* end = std::get_if<Closed>(&*event)) return std::move(*end);
        return std::nullopt;
    }
    // One packet with a whole key picture.
    void send_picture(std::uint16_t sequence, std::uint32_t timestamp, const ReplayExtension& extension) {
        const Bytes nal = *from_hex("6588840021");
        auto header = rtp_header(
            {.marker = true, .payload_type = 96, .sequence = sequence, .timestamp = timestamp, .ssrc = 5});
        header[0] |= std::byte{0x10};
        const auto more = print(extension);
        const std::size_t size = header.size() + more.size() + nal.size();
        ByteWriter frame;
        frame.u8('$').u8(0).u16(static_cast<std::uint16_t>(size)).bytes(header).bytes(more).bytes(nal);
        session.receive(frame.view(), now);
    }

    MonotonicTime now{};
    ClientSession session{parse_url("rtsp://192.0.2.1/replay")->url, {}, options(), now};
    std::string setup;
};

TEST(ReplayExtension, KeepsWhatItSays) {
    const ReplayExtension extension{
        .ntp = 0xEA1B'2C3D'8000'0000, .clean_point = true, .terminal = true, .cseq = 9};
    const auto bytes = print(extension);
    EXPECT_EQ(to_hex(bytes), "abac0003ea1b2c3d8000000090090000");
    EXPECT_EQ(parse_replay_extension(0xABAC, ByteView(bytes).subspan(4)), extension);
    EXPECT_EQ(parse_replay_extension(0xABAD, ByteView(bytes).subspan(4)), std::nullopt);
    EXPECT_EQ(parse_replay_extension(0xABAC, ByteView(bytes).subspan(5)), std::nullopt);
}

TEST(ReplayExtension, TimesOfNtpGoOnAfter2036) {
    for (const std::int64_t seconds :
         {946'684'800LL, 1'795'228'506LL, 2'085'978'495LL, 2'085'978'496LL, 4'000'000'000LL})
        for (const std::int64_t ticks : {0LL, 1LL, 44'999LL, 89'999LL}) {
            const UtcTime time = from_unix_seconds(seconds) + Ticks90k(ticks);
            EXPECT_EQ(utc_of_ntp(ntp_of_utc(time)), time);
        }
    EXPECT_EQ(ntp_of_utc(from_unix_seconds(0)) >> 32, 2'208'988'800u);
}

// ONVIF Streaming Specification, sections 6.4 and 6.5.
TEST_F(ReplaySession, AsksForAStretchAsFastAsItComes) {
    const std::string request = play();
    EXPECT_NE(setup.find("Require: onvif-replay\r\n"), std::string::npos) << setup;
    EXPECT_TRUE(request.starts_with("PLAY ")) << request;
    EXPECT_NE(request.find("Require: onvif-replay\r\n"), std::string::npos) << request;
    EXPECT_NE(request.find("Rate-Control: no\r\n"), std::string::npos) << request;
    EXPECT_NE(request.find("Range: clock=20261121T023506.120Z-20261121T023530.000Z\r\n"), std::string::npos)
        << request;
    EXPECT_EQ(request.find("npt"), std::string::npos);
}

TEST_F(ReplaySession, TellsTheTimeOfEachFrameBeforeTheFrame) {
    play();
    say("RTSP/1.0 200 OK\r\nCSeq: 4\r\nSession: 7\r\n\r\n");
    const ReplayExtension extension{.ntp = ntp_of_utc(moment(1'795'228'506, 120)), .clean_point = true};
    send_picture(1, 90'000, extension);
    std::optional<ReplayTime> told;
    bool picture = false;
    while (auto event = session.next_event()) {
        if (const auto* time = std::get_if<ReplayTime>(&*event)) told = *time;
        if (std::holds_alternative<media::AccessUnit>(*event)) {
            picture = true;
            ASSERT_TRUE(told) << "the time comes first";
        }
    }
    ASSERT_TRUE(picture);
    EXPECT_EQ(told->rtp_time, 90'000);
    EXPECT_EQ(told->extension, extension);
}

TEST_F(ReplaySession, SilenceAfterPicturesIsTheEnd) {
    play();
    say("RTSP/1.0 200 OK\r\nCSeq: 4\r\nSession: 7\r\n\r\n");
    send_picture(1, 90'000, {});
    now += std::chrono::seconds(60);
    session.on_time(now);
    const auto end = closed();
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->error);
}

TEST_F(ReplaySession, SaysWhenNothingIsKept) {
    play();
    say("RTSP/1.0 457 Invalid Range\r\nCSeq: 4\r\nSession: 7\r\n\r\n");
    const auto end = closed();
    ASSERT_TRUE(end && end->error);
    EXPECT_EQ(end->error->kind, ErrorKind::not_found);
    EXPECT_EQ(end->error->message, "the camera kept nothing of this time");
}

}  // namespace
}  // namespace vedette::rtsp
