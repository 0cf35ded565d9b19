#include "gateway/ingest/clock_guard.hpp"

#include <gtest/gtest.h>

namespace vedette::gateway::ingest {
namespace {

using namespace std::chrono_literals;
using Verdict = ClockGuard::Verdict;

class ClockGuardTest : public testing::Test {
  protected:
    /// The next unit, 40 ms after the last; the time that it gets.
    std::int64_t next(std::int64_t time, Verdict expected, std::chrono::milliseconds later = 40ms) {
        now += later;
        EXPECT_EQ(guard.check(time, now), expected);
        return time;
    }
    ClockGuard guard{90'000};
    MonotonicTime now{1h};
};

TEST_F(ClockGuardTest, AFrameHoursAwayGetsTheUsualDistance) {  // quirk 64
    next(0, Verdict::as_sent);
    next(3'600, Verdict::as_sent);
    EXPECT_EQ(next(90'000 * 3'600 * 5, Verdict::restamped), 7'200);
    EXPECT_EQ(next(10'800, Verdict::as_sent), 10'800);
    EXPECT_EQ(next(-90'000 * 3'600, Verdict::restamped), 14'400);
    EXPECT_EQ(next(18'000, Verdict::as_sent), 18'000);
}

TEST_F(ClockGuardTest, ThreeInARowAreTheNewClock) {  // quirks 64, 66
    for (const std::int64_t jump : {std::int64_t{-3}, std::int64_t{3'600}}) {
        guard = ClockGuard(90'000);
        next(0, Verdict::as_sent);
        next(3'600, Verdict::as_sent);
        next(jump * 90'000, Verdict::restamped);
        next(jump * 90'000 + 3'600, Verdict::restamped);
        next(jump * 90'000 + 7'200, Verdict::jumped);
    }
}

TEST_F(ClockGuardTest, AStepBackOrAStandstillIsTheSmallestStepForward) {  // quirk 56
    next(0, Verdict::as_sent);
    next(3'600, Verdict::as_sent);
    EXPECT_EQ(next(3'600, Verdict::restamped), 3'601);
    EXPECT_EQ(next(0, Verdict::restamped), 3'602);
    EXPECT_EQ(next(7'200, Verdict::as_sent), 7'200);
}

TEST_F(ClockGuardTest, AStallOfTheNetworkIsNoJump) {
    next(0, Verdict::as_sent);
    next(3'600, Verdict::as_sent, 25s);        // it waited in the network
    next(90'000 * 30, Verdict::as_sent, 30s);  // the camera sent nothing
    next(90'000 * 30 + 3'600, Verdict::as_sent, 0ms);
}

}  // namespace
}  // namespace vedette::gateway::ingest
