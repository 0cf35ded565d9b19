#include "gateway/ingest/back_off.hpp"

#include <gtest/gtest.h>

namespace vedette::gateway::ingest {
namespace {

using namespace std::chrono_literals;

TEST(BackOff, DoublesUpToTwoAndAHalfSecondsForWhatPasses) {
    BackOff back_off;
    for (const auto wait : {500ms, 1000ms, 2000ms, 2500ms, 2500ms, 2500ms}) {
        const auto given = back_off.next(ErrorKind::unavailable, 0ms, 0x7fff'ffff);
        EXPECT_LE(given, wait);
        EXPECT_GE(given, wait * 3 / 4);
    }
}

TEST(BackOff, WaitsLongerForWhatTakesAPerson) {
    BackOff back_off;
    for (int i = 0; i < 10; ++i) (void)back_off.next(ErrorKind::not_found, 0ms, 0);
    EXPECT_EQ(back_off.next(ErrorKind::not_found, 0ms, 0), 22'500ms);
    EXPECT_EQ(back_off.next(ErrorKind::timeout, 0ms, 0), 1'875ms) << "the camera may be back soon";
}

TEST(BackOff, ACameraThatHasWorkedIsTriedOftenWhateverItAnswers) {
    BackOff back_off;
    back_off.known_to_work();
    for (int i = 0; i < 10; ++i) (void)back_off.next(ErrorKind::not_found, 0ms, 0);
    EXPECT_EQ(back_off.next(ErrorKind::corrupt, 0ms, 0), 1'875ms) << "it may be starting";
}

TEST(BackOff, ASlowAttemptIsNotWaitedForAgain) {
    BackOff back_off;
    for (int i = 0; i < 10; ++i) (void)back_off.next(ErrorKind::timeout, 0ms, 0);
    EXPECT_EQ(back_off.next(ErrorKind::timeout, 1s, 0), 875ms);
    EXPECT_EQ(back_off.next(ErrorKind::timeout, 5s, 0), 500ms) << "a pause there is";
}

TEST(BackOff, JitterCoversAQuarter) {
    auto least = 10'000ms;
    auto most = 0ms;
    for (std::uint32_t random = 0; random < 1000; ++random) {
        BackOff back_off;
        const auto wait = back_off.next(ErrorKind::unavailable, 0ms, random);
        least = std::min(least, wait);
        most = std::max(most, wait);
    }
    EXPECT_EQ(least, 375ms);
    EXPECT_EQ(most, 500ms);
}

TEST(BackOff, NeverOverflows) {
    BackOff back_off;
    for (int i = 0; i < 100'000; ++i) {
        const auto wait =
            back_off.next(ErrorKind::not_found, 0ms, static_cast<std::uint32_t>(i) * 2'654'435'761u);
        ASSERT_GT(wait, 0ms);
        ASSERT_LE(wait, BackOff::longest_refused);
    }
}

TEST(BackOff, AWorkingSessionStartsAnew) {
    BackOff back_off;
    for (int i = 0; i < 5; ++i) (void)back_off.next(ErrorKind::unavailable, 0ms, 0);
    back_off.reset();
    EXPECT_EQ(back_off.next(ErrorKind::unavailable, 0ms, 0), 375ms);
}

}  // namespace
}  // namespace vedette::gateway::ingest
