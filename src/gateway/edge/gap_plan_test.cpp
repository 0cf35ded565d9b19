#include "gateway/edge/gap_plan.hpp"

#include <gtest/gtest.h>

namespace vedette::gateway::edge {
namespace {

using vault::GapReason;

const UtcTime now = from_unix_seconds(1'795'228'500);

UtcTime ago(int seconds) {
    return now - std::chrono::seconds(seconds);
}
vault::Gap gap(int from, int to, GapReason reason) {
    return {.stream = {}, .interval = {ago(from), ago(to)}, .reason = reason, .detail = {}};
}

TEST(GapPlan, AsksForWhatTheCameraMayHave) {
    const auto planned =
        plan_gaps({gap(500, 400, GapReason::camera_unreachable), gap(400, 300, GapReason::switched_off),
                   gap(300, 200, GapReason::camera_silent), gap(100, 90, GapReason::disk_full),
                   gap(80, 70, GapReason::not_running), gap(60, 50, GapReason::bad_media)},
                  {}, now);
    EXPECT_EQ(planned,
              (std::vector<UtcInterval>{{ago(500), ago(400)}, {ago(300), ago(200)}, {ago(60), ago(50)}}));
}

// A gap that goes on is written down every minute.
TEST(GapPlan, JoinsPiecesAndCutsWhatIsLong) {
    std::vector<vault::Gap> gaps;
    for (int minute = 25; minute > 1; --minute)
        gaps.push_back(gap(minute * 60, minute * 60 - 60, GapReason::camera_unreachable));
    EXPECT_EQ(plan_gaps(gaps, {}, now),
              (std::vector<UtcInterval>{{ago(1500), ago(900)}, {ago(900), ago(300)}, {ago(300), ago(60)}}));
}

TEST(GapPlan, LeavesOutWhatWasRefusedIsTooShortOrTooOld) {
    const int week = 7 * 86'400;
    EXPECT_EQ(plan_gaps({gap(week + 100, week - 50, GapReason::camera_silent),
                         gap(1000, 900, GapReason::camera_silent), gap(800, 700, GapReason::camera_silent)},
                        {{ago(1000), ago(900)}}, now),
              (std::vector<UtcInterval>{{ago(week), ago(week - 50)}, {ago(800), ago(700)}}));
    EXPECT_TRUE(plan_gaps({{.stream = {},
                            .interval = {ago(10), ago(10) + Ticks90k(45'000)},
                            .reason = GapReason::camera_silent,
                            .detail = {}}},
                          {}, now)
                    .empty());
}

}  // namespace
}  // namespace vedette::gateway::edge
