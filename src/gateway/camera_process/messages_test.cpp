#include "gateway/camera_process/messages.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "gateway/camera_process/session_monitor.hpp"

namespace vedette::gateway::camera_process {
namespace {

media::TrackParameters video() {
    return {.codec = media::Codec::h264,
            .clock_rate_hz = 90'000,
            .decoder_config = *from_hex("0142c01e"),
            .rfc6381 = "avc1.42c01e",
            .width = 640,
            .height = 360};
}

Report described() {
    return rtsp::ClientEvent(
        rtsp::Described{{{.codec = media::Codec::h264, .clock_rate_hz = 90'000, .parameters = video()}}});
}

// Whatever is reported comes out as it went in.
template <class T>
T back_and_forth(T value) {
    auto read = decode_report(encode(SessionReport{7, Report(std::move(value))}));
    EXPECT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->session, 7u);
    return std::get<T>(std::move(read->report));
}

template <class T>
T event_back_and_forth(T event) {
    return std::get<T>(back_and_forth(rtsp::ClientEvent(std::move(event))));
}

TEST(CameraProcessMessages, CommandsKeepEveryField) {
    Open open{.session = 3,
              .url = {.host = "cam", .port = 322, .path = "/live?x=1", .secure = true},
              .credentials = {"j\xc3\xb6rg", Secret(std::string_view("p\xc3\xa4ss\x01word"))},
              .options = {.basic = rtsp::BasicUse::allow,
                          .stop_after = rtsp::ClientOptions::StopAfter::key_frame,
                          .transport = rtsp::Transport::udp,
                          .client_ports = {40'000, 40'002},
                          .back_channel = true,
                          .media_timeout = std::chrono::seconds(3)},
              .http = true,
              .port = 443,
              .sign_in = true};
    const auto read = decode_command(encode(Command(std::move(open))));
    ASSERT_TRUE(read);
    const auto& got = std::get<Open>(*read);
    EXPECT_EQ(got.session, 3u);
    EXPECT_EQ(got.url, (rtsp::Url{.host = "cam", .port = 322, .path = "/live?x=1", .secure = true}));
    EXPECT_EQ(got.credentials.username, "j\xc3\xb6rg");
    EXPECT_EQ(got.credentials.password.reveal_text(), "p\xc3\xa4ss\x01word");
    EXPECT_EQ(got.options.client_ports, (std::vector<std::uint16_t>{40'000, 40'002}));
    EXPECT_EQ(got.options.media_timeout, std::chrono::seconds(3));
    EXPECT_EQ(got.options.stop_after, rtsp::ClientOptions::StopAfter::key_frame);
    EXPECT_TRUE(got.options.back_channel);
    EXPECT_TRUE(got.http && got.sign_in && got.port == 443);
    const std::vector<std::int16_t> samples{-32'768, -1, 0, 1, 32'767};
    const auto said = decode_command(encode(Command(Say{.session = 4, .samples = samples})));
    ASSERT_TRUE(said);
    EXPECT_EQ(std::get<Say>(*said).session, 4u);
    EXPECT_EQ(std::get<Say>(*said).samples, samples);
}

TEST(CameraProcessMessages, ReportsKeepEveryField) {
    EXPECT_EQ(std::get<rtsp::Described>(
                  std::get<rtsp::ClientEvent>(decode_report(encode(SessionReport{1, described()}))->report))
                  .tracks.at(0)
                  .parameters,
              video());
    EXPECT_EQ(event_back_and_forth(rtsp::ParametersChanged{0, video()}).parameters, video());
    EXPECT_EQ(event_back_and_forth(rtsp::SenderReport{1, ~0ULL, -5}).rtp_time, -5);
    EXPECT_EQ(event_back_and_forth(rtsp::MediaAddress{1, "192.0.2.1", "239.1.1.1", 5000}).group, "239.1.1.1");
    EXPECT_EQ(event_back_and_forth(rtsp::Redirected{"rtsp://other/"}).url, "rtsp://other/");
    const media::SignatureVerdict verdict{.track = 1,
                                          .verdict = media::Authenticity::not_authentic,
                                          .key = {std::byte{1}, std::byte{2}},
                                          .first_time = -7,
                                          .last_time = 90'000};
    EXPECT_EQ(event_back_and_forth(verdict), verdict);
    const auto closed = event_back_and_forth(rtsp::Closed{Error{ErrorKind::timeout, "silence"}, true});
    EXPECT_EQ(closed.error, (Error{ErrorKind::timeout, "silence"}));
    EXPECT_TRUE(closed.transport_refused);
    EXPECT_EQ(back_and_forth(rtsp::OutgoingDatagram{1, true, 6000, *from_hex("80c9")}).bytes,
              *from_hex("80c9"));
    EXPECT_EQ(back_and_forth(Counters{77, 5}), (Counters{77, 5}));
}

TEST(CameraProcessMessages, WhatEndsOnScreensIsPrintable) {
    const auto closed = event_back_and_forth(rtsp::Closed{Error{ErrorKind::timeout, "a\x1b[31m\nb\xff"}});
    EXPECT_EQ(closed.error->message, "a?[31m?b?");
}

TEST(CameraProcessMessages, EveryCutIsAnError) {
    const Bytes whole = encode(SessionReport{1, described()});
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(decode_report(ByteView(whole).first(size))) << size;
    Bytes longer = whole;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(decode_report(longer));
}

TEST(CameraProcessMessages, NumbersThatOthersCalculateWithAreBounded) {
    const auto refused = [](rtsp::ClientEvent event) {
        return !decode_report(encode(SessionReport{1, Report(std::move(event))}));
    };
    media::TrackParameters silent = video();
    silent.clock_rate_hz = 0;
    EXPECT_TRUE(refused(rtsp::ParametersChanged{0, silent}));
    EXPECT_TRUE(refused(rtsp::SenderReport{0, 0, std::numeric_limits<std::int64_t>::min()}));
    EXPECT_TRUE(refused(rtsp::Described{{{.codec = media::Codec::h264, .clock_rate_hz = 0}}}));
    MediaHead head{.session = 1, .unit = {.time = std::int64_t{1} << 60}, .total = 10};
    std::array<std::byte, MediaHead::bytes> bytes{};
    encode_media(head, bytes);
    EXPECT_FALSE(decode_media(bytes));
    head.unit.time = 5;
    head.total = 17u << 20;
    encode_media(head, bytes);
    EXPECT_FALSE(decode_media(bytes));
}

MediaHead piece(bool first, std::uint32_t total, std::uint8_t track = 0) {
    return {.session = 1,
            .first = first,
            .unit = {.track = track, .random_access = true, .time = 9},
            .total = total};
}

TEST(CameraProcessMonitor, PutsPiecesTogether) {
    SessionMonitor monitor(false, false, 0);
    ASSERT_TRUE(monitor.check(described()));
    const Bytes bytes = *from_hex("0102030405");
    EXPECT_EQ(*(*monitor.take(piece(true, 5), bytes))->data, bytes);
    EXPECT_FALSE((*monitor.take(piece(true, 5), ByteView(bytes).first(2))).has_value());
    EXPECT_FALSE((*monitor.take(piece(false, 5), ByteView(bytes).subspan(2, 1))).has_value());
    const auto whole = monitor.take(piece(false, 5), ByteView(bytes).subspan(3));
    ASSERT_TRUE(whole && *whole);
    EXPECT_EQ(*(*whole)->data, bytes);
    EXPECT_TRUE((*whole)->random_access);
    EXPECT_EQ((*whole)->time, 9);
}

TEST(CameraProcessMonitor, RefusesWhatCanNotBe) {
    const Bytes bytes(10);
    const auto fresh = [] {
        SessionMonitor monitor(false, false, 1);
        EXPECT_TRUE(monitor.check(described()));
        return monitor;
    };
    EXPECT_FALSE(SessionMonitor(false, false, 0).take(piece(true, 10), bytes)) << "before it was described";
    EXPECT_FALSE(fresh().take(piece(true, 10, 1), bytes)) << "a track that isn't there";
    EXPECT_FALSE(fresh().take(piece(true, 9), bytes)) << "more than was told";
    EXPECT_FALSE(fresh().take(piece(false, 10), bytes)) << "the rest of nothing";
    auto twice = fresh();
    EXPECT_TRUE(twice.take(piece(true, 20), bytes));
    EXPECT_FALSE(twice.take(piece(true, 20), bytes)) << "another one before the end";
    auto over = fresh();
    EXPECT_TRUE(over.check(Report(rtsp::ClientEvent(rtsp::Closed{}))));
    EXPECT_TRUE(over.over());
    EXPECT_FALSE(over.take(piece(true, 10), bytes));
    EXPECT_FALSE(over.check(described()));
    EXPECT_TRUE(over.check(Report(Ended{})));
    EXPECT_FALSE(fresh().check(Report(Ended{}))) << "an end without a reason";
    EXPECT_FALSE(fresh().check(Report(rtsp::OutgoingDatagram{.track = 1})));
    EXPECT_TRUE(fresh().check(Report(rtsp::OutgoingDatagram{.track = 0})));
    EXPECT_FALSE(fresh().check(Report(rtsp::ClientEvent(rtsp::Loss{3, 1}))));
    EXPECT_FALSE(fresh().check(Report(DialAgain{}))) << "no tunnel";
    EXPECT_FALSE(fresh().check(Report(Pong{})));
}

TEST(CameraProcessMonitor, NothingIsBelievedBeforeTheCertificateIsTrusted) {
    const Shown shown{.by_authority = true, .fingerprint = std::string(64, 'a'), .protocol = "TLSv1.3"};
    SessionMonitor monitor(true, false, 0);
    EXPECT_FALSE(SessionMonitor(monitor).check(described()));
    EXPECT_TRUE(monitor.check(Report(shown)));
    EXPECT_FALSE(SessionMonitor(monitor).check(described()));
    EXPECT_FALSE(SessionMonitor(monitor).check(Report(shown))) << "a second opinion";
    monitor.go_on();
    EXPECT_TRUE(monitor.check(described()));
    EXPECT_FALSE(SessionMonitor(false, false, 0).check(Report(shown)));
    EXPECT_FALSE(SessionMonitor(true, false, 0).check(Report(Shown{.fingerprint = "abc"})));
}

TEST(CameraProcessMonitor, TheCameraIsNotFlooded) {
    SessionMonitor monitor(false, false, 1);
    const MonotonicTime now{std::chrono::hours(1)};
    unsigned sent = 0;
    for (int i = 0; i < 1000; ++i) sent += monitor.may_send(now) ? 1 : 0;
    EXPECT_EQ(sent, max_datagrams_per_second);
    EXPECT_TRUE(monitor.may_send(now + std::chrono::seconds(1)));
}

}  // namespace
}  // namespace vedette::gateway::camera_process
