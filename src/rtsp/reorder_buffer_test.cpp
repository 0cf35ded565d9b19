#include "rtsp/reorder_buffer.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vedette::rtsp {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// A buffer whose packets are their sequence numbers.
struct Bench {
    ReorderBuffer buffer;
    std::vector<int> out;
    MonotonicTime now{};
    ReorderBuffer::Sink sink = [this](ByteView packet) { out.push_back(ByteReader(packet).u16()); };

    void push(int sequence) {
        const auto number = static_cast<std::uint16_t>(sequence);
        ByteWriter packet;
        packet.u16(number);
        const Bytes bytes = std::move(packet).finish();
        buffer.push(number, bytes, now, sink);
    }
    void push_all(std::initializer_list<int> sequences) {
        for (const int sequence : sequences) push(sequence);
    }
};

TEST(ReorderBuffer, OrderIsKeptAndRestored) {
    Bench bench;
    bench.push_all({65'534, 65'535, 1, 0, 3, 4, 2, 5});
    EXPECT_THAT(bench.out, ElementsAre(65'534, 65'535, 0, 1, 2, 3, 4, 5));
    EXPECT_EQ(bench.buffer.reordered(), 2U);
    EXPECT_EQ(bench.buffer.dropped(), 0U);
    EXPECT_EQ(bench.buffer.deadline(), MonotonicTime::max());
}

TEST(ReorderBuffer, AGapIsGivenUpInTime) {
    Bench bench;
    bench.push_all({1, 3, 4});
    EXPECT_THAT(bench.out, ElementsAre(1));
    EXPECT_EQ(bench.buffer.deadline(), bench.now + max_reordering);
    bench.buffer.on_time(bench.now + max_reordering - 1ms, bench.sink);
    EXPECT_THAT(bench.out, ElementsAre(1));
    bench.buffer.on_time(bench.now + max_reordering, bench.sink);
    EXPECT_THAT(bench.out, ElementsAre(1, 3, 4));
    bench.push_all({2, 5});
    EXPECT_THAT(bench.out, ElementsAre(1, 3, 4, 5)) << "2 came too late";
    EXPECT_EQ(bench.buffer.dropped(), 1U);
}

TEST(ReorderBuffer, HoldsABoundedNumber) {
    Bench bench;
    bench.push(0);
    for (int i = 2; i < 2 + static_cast<int>(max_reordered_packets); ++i) bench.push(i);
    EXPECT_EQ(bench.out.size(), 1U);
    bench.push(2 + static_cast<int>(max_reordered_packets));
    EXPECT_EQ(bench.out.size(), max_reordered_packets + 2) << "the gap is given up, and nothing else is lost";
}

TEST(ReorderBuffer, TwiceIsOnce) {
    Bench bench;
    bench.push_all({7, 7, 9, 9, 8, 8});
    EXPECT_THAT(bench.out, ElementsAre(7, 8, 9));
    EXPECT_EQ(bench.buffer.dropped(), 3U);
}

TEST(ReorderBuffer, ASourceThatBeginsAnewIsBelieved) {
    Bench bench;
    bench.push_all({30'000, 30'002});
    for (int i = 100; i < 120; ++i) bench.push(i);
    EXPECT_THAT(bench.out, testing::Contains(30'002)) << "what was held comes out first";
    EXPECT_EQ(bench.out.back(), 119);
}

TEST(ReorderBuffer, AnyShuffleWithinReachComesOutInOrder) {
    std::mt19937 random(1);
    for (int round = 0; round < 200; ++round) {
        std::vector<int> sequences(500);
        std::iota(sequences.begin(), sequences.end(), 65'300);
        // Blocks are shuffled within themselves; the first packet of all stays first.
        for (std::size_t at = 1; at + 20 < sequences.size(); at += 20)
            std::shuffle(sequences.begin() + static_cast<long>(at),
                         sequences.begin() + static_cast<long>(at + 20), random);
        Bench bench;
        for (const int sequence : sequences) bench.push(sequence);
        ASSERT_EQ(bench.out.size(), sequences.size());
        for (std::size_t i = 0; i < bench.out.size(); ++i)
            ASSERT_EQ(bench.out[i], static_cast<int>((65'300 + i) % 65'536));
    }
}

}  // namespace
}  // namespace vedette::rtsp
