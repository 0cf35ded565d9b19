#include "media/decode_order.hpp"

#include <random>

#include <gtest/gtest.h>

namespace vedette::media {
namespace {

using Times = std::vector<std::int64_t>;

/// Presentation times in decoding order to decoding times; each presentation time must be kept.
Times place_all(DecodeOrder& order, const Times& presentation, bool may_reorder = true) {
    Times out;
    for (const std::int64_t time : presentation) {
        DecodeOrder::Placed placed{time, 0};
        if (!order.in_order(time)) placed = order.place(time, may_reorder);
        EXPECT_EQ(placed.decode_time + placed.presentation_offset, time);
        out.push_back(placed.decode_time);
    }
    return out;
}

/// I0 P3 B1 B2 P6 B4 B5 ..., with a B-frame as reference the other way round when `pyramid`.
Times group(std::int64_t pictures, bool pyramid) {
    Times times{0};
    for (std::int64_t p = 4; p < pictures; p += 4) {
        times.push_back(p * 3600);
        for (const std::int64_t back : pyramid ? Times{2, 3, 1} : Times{3, 2, 1})
            times.push_back((p - back) * 3600);
    }
    return times;
}

TEST(DecodeOrder, WithoutReorderingTimesAreTheirOwn) {
    DecodeOrder order;
    EXPECT_EQ(place_all(order, {5, 9, 12}), (Times{5, 9, 12}));
}

TEST(DecodeOrder, WithAKnownDepthTimesGrowAndNoneIsLate) {
    for (const bool pyramid : {false, true}) {
        DecodeOrder order;
        order.configure(pyramid ? 2 : 1, 90'000);
        const Times presentation = group(40, pyramid);
        const Times decode = place_all(order, presentation);
        for (std::size_t i = 0; i < decode.size(); ++i) {
            EXPECT_LE(decode[i], presentation[i]) << i;
            if (i > 0) EXPECT_EQ(decode[i] - decode[i - 1], 3600) << i;
        }
    }
}

TEST(DecodeOrder, LearnsADepthThatWasNotTold) {
    DecodeOrder order;
    const Times presentation = group(80, true);
    const Times decode = place_all(order, presentation);
    for (std::size_t i = 1; i < decode.size(); ++i) EXPECT_GT(decode[i], decode[i - 1]) << i;
    for (std::size_t i = 8; i < decode.size(); ++i) EXPECT_LE(decode[i], presentation[i]) << i;
    EXPECT_EQ(order.depth(), 2);
}

TEST(DecodeOrder, AClockThatGoesBackIsNoReordering) {
    DecodeOrder order;
    EXPECT_EQ(place_all(order, {0, 3600, 3000, 7200}, false), (Times{0, 3600, 3000, 7200}));
    EXPECT_EQ(order.depth(), 0);
    // By seconds: neither, even in a stream with B-frames.
    DecodeOrder deep;
    deep.configure(2, 90'000);
    const Times before = place_all(deep, group(40, true));
    const Times after = place_all(deep, {-1'000'000, -1'000'000 + 7200, -1'000'000 + 3600});
    EXPECT_LT(after[0], before.back() - 900'000);
    EXPECT_EQ(deep.depth(), 2);
}

TEST(DecodeOrder, AnyTimesGiveGrowingOnesWithinBounds) {
    std::minstd_rand random(7);
    DecodeOrder order;
    order.configure(1, 90'000);
    std::int64_t last = INT64_MIN;
    for (int i = 0; i < 5000; ++i) {
        const auto time = std::int64_t{i} * 3600 + static_cast<std::int64_t>(random() % 40'000);
        const auto placed = order.in_order(time) ? DecodeOrder::Placed{time, 0} : order.place(time, true);
        EXPECT_GT(placed.decode_time, last);
        EXPECT_EQ(placed.decode_time + placed.presentation_offset, time);
        EXPECT_LT(std::abs(placed.presentation_offset), 90'000);
        last = placed.decode_time;
    }
    EXPECT_LE(order.depth(), DecodeOrder::max_depth);
}

}  // namespace
}  // namespace vedette::media
