#include "rtsp/rtp.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "rtsp/rtcp.hpp"

namespace vedette::rtsp {
namespace {

TEST(Rtp, SkipsCsrcExtensionAndPadding) {
    const Bytes bytes = from_hex("b1e00002000000020000000a0000000bbede000110aa000041646174610002").value();
    const auto packet = parse_rtp(bytes);
    ASSERT_TRUE(packet);
    EXPECT_TRUE(packet->marker);
    EXPECT_EQ(packet->payload_type, 96);
    EXPECT_EQ(packet->sequence, 2);
    EXPECT_EQ(packet->timestamp, 2U);
    EXPECT_EQ(packet->ssrc, 10U);
    EXPECT_EQ(as_text(packet->payload), "Adata");
}

TEST(Rtp, RefusesWhatDoesNotFit) {
    for (const char* hex :
         {"", "40e000020000000200000000", "80e0000200000002000000", "81e000020000000200000000",
          "90e000020000000200000000bede0001", "a0e00002000000020000000000", "a0e00002000000020000000005"})
        EXPECT_FALSE(parse_rtp(from_hex(hex).value())) << hex;
}

TEST(SequenceTracker, CountsLossAndRefusesDuplicates) {
    SequenceTracker tracker;
    EXPECT_TRUE(tracker.on_packet(65534).accept);
    EXPECT_EQ(tracker.on_packet(65535).lost, 0U);
    EXPECT_FALSE(tracker.on_packet(65535).accept);
    EXPECT_EQ(tracker.on_packet(2).lost, 2U);
    EXPECT_FALSE(tracker.on_packet(1).accept);
    EXPECT_EQ(tracker.lost(), 2U);
    EXPECT_EQ(tracker.received(), 3U);
    EXPECT_EQ(tracker.extended_highest(), 0x10002U);
}

TEST(SequenceTracker, BelievesARestart) {
    SequenceTracker tracker;
    tracker.on_packet(30'000);
    bool accepted = false;
    for (std::uint16_t i = 0; i < 20; ++i) accepted |= tracker.on_packet(i).accept;
    EXPECT_TRUE(accepted);
}

TEST(TimestampUnwrapper, CrossesTheBorderBothWays) {
    TimestampUnwrapper unwrapper;
    EXPECT_EQ(unwrapper.unwrap(0xFFFF'FF00U), 0xFFFF'FF00);
    EXPECT_EQ(unwrapper.unwrap(0x100), 0x1'0000'0100);
    EXPECT_EQ(unwrapper.peek(0xFFFF'FFFFU), 0xFFFF'FFFF);
    EXPECT_EQ(unwrapper.unwrap(0xFFFF'FFFFU), 0xFFFF'FFFF);
}

TEST(Rtcp, PrintedAndParsedAgain) {
    RtcpSenderReport report{
        .ssrc = 1, .ntp = 0xE8F0'0000'8000'0000, .rtp_time = 3, .packets = 4, .octets = 5};
    report.reports.push_back({.ssrc = 7, .fraction_lost = 1, .packets_lost = 70'000, .extended_highest = 9});
    for (const std::string_view name : {"", "c", "cam", "camera1@site"}) {
        const Bytes bytes = print_sender_report(report, name);
        EXPECT_EQ(bytes.size() % 4, 0U);
        const auto compound = parse_rtcp(bytes);
        ASSERT_TRUE(compound);
        EXPECT_EQ(compound->sender_reports.at(0), report);
        EXPECT_EQ(compound->cname, name);
    }
    const RtcpReceiverReport receiver{.ssrc = 3, .reports = report.reports};
    EXPECT_EQ(parse_rtcp(print_receiver_report(receiver, "x"))->receiver_reports.at(0), receiver);
}

TEST(Rtcp, ReadsByeAndIgnoresTheBroken) {
    const auto bye = parse_rtcp(from_hex("80c9000100000001"
                                         "81cb000100000009"
                                         "80c8ffff")
                                    .value());
    ASSERT_TRUE(bye);
    EXPECT_EQ(bye->byes, std::vector<std::uint32_t>{9});
    EXPECT_FALSE(parse_rtcp(from_hex("80c80006").value()));
    EXPECT_FALSE(parse_rtcp({}));
}

TEST(Rtcp, RequestsForKeyFrames) {
    EXPECT_EQ(to_hex(print_picture_loss_indication(0x11223344, 0xaabbccdd)), "81ce000211223344aabbccdd");
    EXPECT_EQ(to_hex(print_full_intra_request(0x11223344, 0xaabbccdd, 7)),
              "84ce00041122334400000000aabbccdd07000000");
}

}  // namespace
}  // namespace vedette::rtsp
