#include "rtsp/receiver_statistics.hpp"

#include <gtest/gtest.h>

namespace vedette::rtsp {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t rate = 90'000;

TEST(ReceiverStatistics, NothingBeforeTheFirstPacket) {
    EXPECT_FALSE(ReceiverStatistics(rate).report(1, MonotonicTime{}));
}

TEST(ReceiverStatistics, LossIsToldInTotalAndForTheInterval) {
    ReceiverStatistics statistics(rate);
    MonotonicTime now{};
    for (std::uint32_t i = 0; i < 100; ++i)
        if (i % 4 != 3) statistics.on_packet(static_cast<std::uint16_t>(65'500 + i), i * 900, now += 10ms);
    auto block = statistics.report(7, now).value();
    EXPECT_EQ(block.ssrc, 7U);
    EXPECT_EQ(block.packets_lost, 24U) << "the last missing one can't be known";
    EXPECT_EQ(block.fraction_lost, 24 * 256 / 99);
    EXPECT_EQ(block.extended_highest, 65'500U + 98) << "with its cycle";
    for (std::uint32_t i = 99; i < 199; ++i)
        statistics.on_packet(static_cast<std::uint16_t>(65'500 + i), i * 900, now += 10ms);
    block = statistics.report(7, now).value();
    EXPECT_EQ(block.packets_lost, 24U);
    EXPECT_EQ(block.fraction_lost, 0);
}

TEST(ReceiverStatistics, DuplicatesMakeTheLossNegative) {
    ReceiverStatistics statistics(rate);
    for (const std::uint16_t sequence : {10, 11, 11, 12, 10})
        statistics.on_packet(sequence, 0, MonotonicTime{});
    EXPECT_EQ(statistics.lost(), -2);
    EXPECT_EQ(statistics.report(1, MonotonicTime{})->packets_lost, 0xfffffeU);
}

// Appendix A.8 by hand: each packet comes 1 ms (90 units) later or earlier than its timestamp says.
TEST(ReceiverStatistics, JitterIsTheMeanDeviation) {
    ReceiverStatistics statistics(rate);
    MonotonicTime now{};
    double expected = 0;
    for (std::uint32_t i = 0; i < 500; ++i) {
        statistics.on_packet(static_cast<std::uint16_t>(i), i * 3600, now + i * 40ms + (i % 2) * 1ms);
        if (i > 0) expected += (90 - expected) / 16;
    }
    EXPECT_NEAR(statistics.report(1, now)->jitter, expected, 1);
    EXPECT_NEAR(statistics.jitter_seconds(), 0.001, 0.0001);
}

TEST(ReceiverStatistics, AnswersTheSenderReport) {
    ReceiverStatistics statistics(rate);
    MonotonicTime now{};
    statistics.on_packet(1, 0, now);
    EXPECT_EQ(statistics.report(1, now)->last_sr, 0U);
    statistics.on_sender_report(0x1122'3344'5566'7788, now);
    const auto block = statistics.report(1, now + 1500ms).value();
    EXPECT_EQ(block.last_sr, 0x33445566U);
    EXPECT_EQ(block.delay_since_last_sr, 98'304U);
}

TEST(ReceiverStatistics, ASourceThatBeginsAnewIsCountedAnew) {
    ReceiverStatistics statistics(rate);
    statistics.on_packet(1, 0, MonotonicTime{});
    statistics.on_packet(30'000, 0, MonotonicTime{});
    statistics.on_packet(30'002, 0, MonotonicTime{});
    EXPECT_EQ(statistics.lost(), 1);
}

}  // namespace
}  // namespace vedette::rtsp
