#include "gateway/cameras/recording_planner.hpp"

#include <cstdlib>
#include <ctime>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vedette::gateway {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using wire::EventKind;
using wire::RecordingMode;

constexpr std::size_t quarters_per_hour = 4;

WeeklySchedule hours(std::uint8_t first_day, std::uint8_t last_day, std::size_t from, std::size_t to) {
    WeeklySchedule schedule;
    for (std::uint8_t day = first_day; day <= last_day; ++day)
        schedule.allow(day, from * quarters_per_hour, to * quarters_per_hour);
    return schedule;
}

// Monday to Friday continuous from 8 to 18, on event from 18 to 22, else off.
wire::RecordingPlan office() {
    return {.continuous = hours(0, 4, 8, 18), .on_event = hours(0, 4, 18, 22)};
}

constexpr WallTime tuesday_at(int hour, int minute = 0) {
    return {.day = 1, .minute = static_cast<std::uint16_t>(hour * 60 + minute)};
}
constexpr WallTime evening = tuesday_at(19);

wire::CameraEvent motion(bool ends = false, std::string source = "lens 1") {
    return {.kind = EventKind::motion,
            .topic = "RuleEngine/CellMotionDetector/Motion",
            .source = std::move(source),
            .end = ends ? std::optional(UtcTime()) : std::nullopt};
}

const MonotonicTime t0{1'000s};

class Events : public testing::Test {
  protected:
    void hear(MonotonicTime until) {
        for (MonotonicTime t = last_; t <= until; t += 1s) events.heard(true, t);
        last_ = until;
    }
    RecordingDecision at(MonotonicTime now, WallTime wall = evening) const {
        return decide(plan, events, wall, now);
    }
    wire::RecordingPlan plan = office();
    EventActivity events;

  private:
    MonotonicTime last_ = t0;
};

TEST(RecordingPlan, IsAlwaysContinuousUntilAnotherIsSet) {
    const wire::RecordingPlan plan;
    for (std::uint8_t day = 0; day < 7; ++day)
        for (std::uint16_t minute = 0; minute < 1'440; minute += 15) {
            const RecordingDecision decision = decide(plan, {}, {.day = day, .minute = minute}, t0);
            EXPECT_TRUE(decision.record);
            EXPECT_FALSE(decision.until);
        }
}

TEST(RecordingPlan, HasAModeForEachHour) {
    const wire::RecordingPlan plan = office();
    EXPECT_EQ(plan.mode_at(tuesday_at(7, 59)), RecordingMode::off);
    EXPECT_EQ(plan.mode_at(tuesday_at(8)), RecordingMode::continuous);
    EXPECT_EQ(plan.mode_at(tuesday_at(17, 59)), RecordingMode::continuous);
    EXPECT_EQ(plan.mode_at(tuesday_at(18)), RecordingMode::on_event);
    EXPECT_EQ(plan.mode_at(tuesday_at(22)), RecordingMode::off);
    EXPECT_EQ(plan.mode_at({.day = 5, .minute = 600}), RecordingMode::off);
}

TEST(RecordingPlan, FollowsTheClockOnTheWallThroughDaylightSavingTime) {
    const char* before = std::getenv("TZ");
    const std::optional<std::string> kept = before ? std::optional<std::string>(before) : std::nullopt;
    ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    ::tzset();
    // Sundays from 2:00 to 3:00: an hour that is not there in spring, and twice in autumn.
    const wire::RecordingPlan plan{.continuous = hours(6, 6, 2, 3)};
    const auto records = [&](std::int64_t unix_seconds) {
        return decide(plan, {}, local_time(from_unix_seconds(unix_seconds))->wall, t0).record;
    };
    EXPECT_FALSE(records(1'774'745'999));  // 2026-03-29 01:59:59 CET
    EXPECT_FALSE(records(1'774'746'000));  // 03:00:00 CEST
    EXPECT_FALSE(records(1'792'886'399));  // 2026-10-25 01:59:59 CEST
    EXPECT_TRUE(records(1'792'886'400));   // 02:00:00 CEST
    EXPECT_TRUE(records(1'792'890'000));   // 02:00:00 CET, once more
    EXPECT_TRUE(records(1'792'893'599));   // 02:59:59 CET
    EXPECT_FALSE(records(1'792'893'600));  // 03:00:00 CET
    // An hour of the day stands where people read it, in summer and in winter.
    const wire::RecordingPlan morning{.continuous = hours(0, 6, 8, 9)};
    const auto begins = [&](std::int64_t unix_seconds) {
        const auto at = [&](std::int64_t s) {
            return decide(morning, {}, local_time(from_unix_seconds(s))->wall, t0).record;
        };
        return !at(unix_seconds - 1) && at(unix_seconds);
    };
    EXPECT_TRUE(begins(1'774'681'200));  // 2026-03-28 07:00 UTC, 8:00 CET
    EXPECT_TRUE(begins(1'774'764'000));  // 2026-03-29 06:00 UTC, 8:00 CEST
    if (kept)
        ::setenv("TZ", kept->c_str(), 1);
    else
        ::unsetenv("TZ");
    ::tzset();
}

TEST_F(Events, RecordUntilThePostRollIsOver) {
    hear(t0);
    EXPECT_FALSE(at(t0).record);
    events.take(motion(), t0);
    EXPECT_TRUE(at(t0).record);
    hear(t0 + 100s);  // it lasts
    EXPECT_EQ(at(t0 + 100s).until, t0 + 130s);
    events.take(motion(true), t0 + 100s);
    EXPECT_EQ(at(t0 + 100s).until, t0 + 130s);
    EXPECT_TRUE(at(t0 + 129s).record);
    EXPECT_FALSE(at(t0 + 130s).record);
}

TEST_F(Events, AnotherEventProlongsTheRecording) {
    hear(t0);
    events.take(motion(), t0);
    events.take(motion(true), t0 + 1s);
    events.take(motion(true, "a moment"), t0 + 20s);
    EXPECT_EQ(at(t0 + 20s).until, t0 + 50s);
}

TEST_F(Events, OneThatEndsDoesNotEndTheOthers) {
    hear(t0);
    events.take(motion(), t0);
    events.take(motion(false, "lens 2"), t0);
    events.take(motion(true), t0 + 1s);
    hear(t0 + 100s);
    EXPECT_TRUE(at(t0 + 100s).record);
}

TEST_F(Events, WhatLastsIsNotKnownToLastOnceTheCameraIsSilent) {
    hear(t0 + 10s);
    events.take(motion(), t0 + 10s);
    hear(t0 + 20s);
    for (auto t = t0 + 21s; t < t0 + 49s; t += 1s) events.heard(false, t);
    EXPECT_TRUE(at(t0 + 49s).record);
    EXPECT_FALSE(at(t0 + 50s).record);
    EXPECT_FALSE(at(t0 + 50s).deaf);
    EXPECT_TRUE(at(t0 + 51s).deaf);
    events.heard(true, t0 + 60s);  // it tells again, and nothing of an end
    EXPECT_TRUE(at(t0 + 60s).record);
    EXPECT_FALSE(at(t0 + 60s).deaf);
}

TEST_F(Events, OnlyChosenKindsCount) {
    hear(t0);
    plan.event_kinds = wire::kinds_of({EventKind::tamper});
    events.take(motion(), t0);
    EXPECT_FALSE(at(t0).record);
    plan.event_kinds = wire::kinds_of({EventKind::motion});
    EXPECT_TRUE(at(t0).record);  // it goes on, and counts from now on
}

TEST_F(Events, RelaysAndTheCamerasHealthDoNotCountUnlessChosen) {
    hear(t0);
    for (const EventKind kind : {EventKind::relay_output, EventKind::device, EventKind::other})
        events.take({.kind = kind, .topic = "x", .end = {}}, t0);
    EXPECT_FALSE(at(t0).record);
    plan.event_kinds.set(static_cast<std::size_t>(EventKind::relay_output));
    EXPECT_TRUE(at(t0).record);
}

TEST_F(Events, AreNoReasonToRecordInAnHourThatIsOff) {
    hear(t0);
    events.take(motion(), t0);
    EXPECT_FALSE(at(t0, tuesday_at(23)).record);
    EXPECT_TRUE(at(t0, tuesday_at(9)).record);
}

TEST_F(Events, AreBounded) {
    hear(t0);
    for (int i = 0; i < 1'000; ++i) events.take(motion(false, std::to_string(i)), t0);
    for (std::size_t i = 0; i < EventActivity::max_lasting; ++i)
        events.take(motion(true, std::to_string(i)), t0);
    EXPECT_EQ(at(t0 + 10s).until, t0 + 30s);  // nothing lasts any more
}

TEST_F(Events, ThePlanIsToldInWords) {
    hear(t0);
    EXPECT_THAT(describe(at(t0, tuesday_at(9)), "").message, IsEmpty());
    EXPECT_EQ(describe(at(t0, tuesday_at(23)), "").message, "Not recording now, by its plan.");
    EXPECT_EQ(describe(at(t0), "").message, "Not recording now, by its plan: waiting for an event.");
    events.take(motion(), t0);
    EXPECT_EQ(describe(at(t0), "").message, "Recording because of an event.");
    for (auto t = t0; t < t0 + 100s; t += 1s) events.heard(false, t);
    const wire::RecordingNow deaf = describe(at(t0 + 100s), "it refused the password");
    EXPECT_TRUE(deaf.trouble);
    EXPECT_THAT(deaf.message, HasSubstr("does not tell its events: it refused the password."));
    EXPECT_FALSE(describe(at(t0 + 100s, tuesday_at(9)), "x").trouble);
}

}  // namespace
}  // namespace vedette::gateway
