#include "gateway/ingest/planned_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/test_folder.hpp"
#include "gateway/ingest/test_support.hpp"

namespace vedette::gateway::ingest {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const UtcTime begin_time = from_unix_seconds(1'800'000'000);

UtcInterval between(std::int64_t from_s, std::int64_t to_s) {
    return {begin_time + std::chrono::seconds(from_s), begin_time + std::chrono::seconds(to_s)};
}

constexpr RecordingOrder always{};
constexpr RecordingOrder off{.store = false, .reason = vault::GapReason::by_schedule};
constexpr RecordingOrder awaiting{.store = false, .reserve = 10s, .reason = vault::GapReason::no_event};
constexpr RecordingOrder event{.store = true, .reserve = 10s};

class PlannedWriterTest : public testing::Test {
  protected:
    PlannedWriterTest() { open({.folder = folder.path() / "data", .on_disk_state = {}}); }
    void open(vault::VaultOptions options) {
        writer.reset();
        vault.reset();
        vault = vault::Vault::open(std::move(options)).value();
    }
    // Two seconds each, until `to_s`, under this order.
    void send(std::int64_t to_s, RecordingOrder order, std::size_t bytes = 100) {
        orders.now = order;
        if (!writer) {
            writer.emplace(key, *vault, orders);
            new_run();
        }
        for (; at_s < to_s; at_s += 2)
            writer->append(Fragment{.start = begin_time + std::chrono::seconds(at_s),
                                    .duration = 2s,
                                    .pieces = {std::make_shared<const Bytes>(bytes)}});
    }
    void new_run() { writer->begin_run(std::make_shared<const Bytes>(10)); }
    void fail(std::int64_t to_s, vault::GapReason reason) {
        writer->append(between(at_s, to_s), reason, "why");
        at_s = to_s;
    }
    vault::Recordings all() {
        writer.reset();
        EXPECT_TRUE(vault->flush());
        return vault->recordings(key, {UtcTime{}, begin_time + 48h}).value();
    }
    static std::vector<UtcInterval> ranges(const vault::Recordings& all) {
        std::vector<UtcInterval> out;
        for (const auto& range : all.ranges) out.push_back(range.interval);
        return out;
    }
    static std::vector<std::pair<UtcInterval, vault::GapReason>> gaps(const vault::Recordings& all) {
        std::vector<std::pair<UtcInterval, vault::GapReason>> out;
        for (const auto& gap : all.gaps) out.emplace_back(gap.interval, gap.reason);
        return out;
    }

    TestFolder folder;
    std::unique_ptr<vault::Vault> vault;
    vault::StreamKey key{CameraId::random(), 0};
    TestOrders orders;
    std::optional<PlannedWriter> writer;
    std::int64_t at_s = 0;
};

TEST_F(PlannedWriterTest, StoresWhatComesWhenThatIsThePlan) {
    send(20, always);
    EXPECT_EQ(writer->held_bytes(), 0u);
    const auto stored = all();
    EXPECT_THAT(ranges(stored), ElementsAre(between(0, 20)));
    EXPECT_THAT(stored.gaps, IsEmpty());
}

TEST_F(PlannedWriterTest, WhatThePlanLeavesOutIsAGapThatSaysSo) {
    send(10, always);
    send(100, off);
    send(110, always);
    const auto stored = all();
    // The fragment under way when the plan changed is stored whole, at both borders.
    EXPECT_THAT(ranges(stored), ElementsAre(between(0, 12), between(100, 110)));
    EXPECT_THAT(gaps(stored), ElementsAre(std::pair(between(12, 72), vault::GapReason::by_schedule),
                                          std::pair(between(72, 100), vault::GapReason::by_schedule)));
}

TEST_F(PlannedWriterTest, TheRestOfAGapIsToldHoweverShort) {
    constexpr auto moment = std::chrono::milliseconds(14);
    send(10, always);
    fail(20, vault::GapReason::not_running);
    const UtcTime again = begin_time + 20s + moment;
    writer->append({begin_time + 20s, again}, vault::GapReason::camera_silent, "why");
    writer->append(Fragment{.start = again, .duration = 2s, .pieces = {std::make_shared<const Bytes>(100)}});
    EXPECT_THAT(gaps(all()), ElementsAre(std::pair(between(10, 20), vault::GapReason::not_running),
                                         std::pair(UtcInterval{begin_time + 20s, again},
                                                   vault::GapReason::camera_silent)));
}

TEST_F(PlannedWriterTest, TheRestOfWhatAnEarlierProcessMissedIsToldHoweverShort) {
    constexpr auto moment = std::chrono::milliseconds(8);
    writer.emplace(key, *vault, orders, begin_time);
    new_run();
    writer->append({begin_time, begin_time + moment}, vault::GapReason::not_running, "");
    EXPECT_THAT(gaps(all()), ElementsAre(std::pair(UtcInterval{begin_time, begin_time + moment},
                                                   vault::GapReason::not_running)));
}

TEST_F(PlannedWriterTest, RoundingBetweenTwoRunsIsNoGap) {
    constexpr auto moment = std::chrono::milliseconds(14);
    send(10, always);
    writer->append({begin_time + 10s, begin_time + 10s + moment}, vault::GapReason::bad_media, "why");
    EXPECT_THAT(gaps(all()), IsEmpty());
}

TEST_F(PlannedWriterTest, AnEventTakesItsPreRollAndNothingIsMissingAfterIt) {
    send(30, awaiting);
    orders.now = event;
    writer->look_at_order();
    send(50, event);
    send(80, awaiting);
    const auto stored = all();
    EXPECT_THAT(ranges(stored), ElementsAre(between(20, 52)));  // one run: no seam between before and after
    EXPECT_THAT(gaps(stored), ElementsAre(std::pair(between(0, 20), vault::GapReason::no_event),
                                          std::pair(between(52, 80), vault::GapReason::no_event)));
}

TEST_F(PlannedWriterTest, WithoutPreRollTheFragmentOfTheEventIsStoredAtLeast) {
    send(30, {.store = false, .reserve = 0s, .reason = vault::GapReason::no_event});
    EXPECT_EQ(writer->held_bytes(), 0u);
    orders.now = {.store = true, .reserve = 0s};
    writer->look_at_order();
    send(40, {.store = false, .reserve = 0s, .reason = vault::GapReason::no_event});
    EXPECT_THAT(ranges(all()), ElementsAre(between(30, 32)));
}

TEST_F(PlannedWriterTest, TheReserveIsBoundedInTimeAndInBytes) {
    send(60, awaiting);
    EXPECT_EQ(writer->held_bytes(), 500u);
    send(120, {.store = false, .reserve = 60s, .reason = vault::GapReason::no_event}, 8 << 20);
    EXPECT_LE(writer->held_bytes(), max_reserve_bytes);
    EXPECT_GE(writer->held_bytes(), max_reserve_bytes - (8u << 20));
}

TEST_F(PlannedWriterTest, ALargeReserveWaitsForRoomInTheQueueAndLosesNothing) {
    open({.folder = folder.path() / "small", .queue_bytes = 4 << 20, .on_disk_state = {}});
    const RecordingOrder minute{.store = false, .reserve = 60s, .reason = vault::GapReason::no_event};
    send(60, minute, 1 << 20);
    const RecordingOrder now{.store = true, .reserve = 60s};
    for (int i = 0; i < 200 && (at_s < 80 || writer->held_bytes() > 0); ++i) {
        send(std::min<std::int64_t>(at_s + 2, 80), now, 1 << 20);
        writer->tick();
        EXPECT_TRUE(vault->flush());
    }
    EXPECT_EQ(writer->held_bytes(), 0u);
    EXPECT_EQ(vault->counters().refused, 0u);
    EXPECT_THAT(ranges(all()), ElementsAre(between(0, 80)));
}

TEST_F(PlannedWriterTest, APreRollReachesBackOverALostSession) {
    send(10, awaiting);
    fail(13, vault::GapReason::camera_unreachable);
    new_run();
    send(15, awaiting);
    send(21, event);
    const auto stored = all();
    EXPECT_THAT(ranges(stored), ElementsAre(between(4, 10), between(13, 21)));
    EXPECT_THAT(gaps(stored), ElementsAre(std::pair(between(0, 4), vault::GapReason::no_event),
                                          std::pair(between(10, 13), vault::GapReason::camera_unreachable)));
}

TEST_F(PlannedWriterTest, AFailureWhileItWaitsIsAFailureAndWhileItIsOffIsNone) {
    send(10, awaiting);
    fail(100, vault::GapReason::camera_unreachable);
    orders.now = off;
    writer->tick();
    fail(200, vault::GapReason::camera_unreachable);
    const auto stored = all();
    EXPECT_THAT(stored.ranges, IsEmpty());
    EXPECT_THAT(gaps(stored), ElementsAre(std::pair(between(0, 10), vault::GapReason::no_event),
                                          std::pair(between(10, 100), vault::GapReason::camera_unreachable),
                                          std::pair(between(100, 200), vault::GapReason::by_schedule)));
}

TEST_F(PlannedWriterTest, WhatWasKeptForAnEventIsNotStoredForAContinuousHour) {
    send(30, awaiting);
    send(40, always);
    const auto stored = all();
    EXPECT_THAT(ranges(stored), ElementsAre(between(30, 40)));
    EXPECT_THAT(gaps(stored), ElementsAre(std::pair(between(0, 30), vault::GapReason::no_event)));
}

TEST_F(PlannedWriterTest, AClockThatIsSetForwardTakesNothingFromTheReserve) {
    send(30, awaiting);
    fail(3'630, vault::GapReason::clock_step);
    new_run();
    send(3'632, awaiting);
    send(3'640, event);
    EXPECT_THAT(ranges(all()), ElementsAre(between(22, 30), between(3'630, 3'640)));
}

TEST_F(PlannedWriterTest, AClockThatIsSetBackIsTold) {
    send(100, off);
    at_s = 50;
    new_run();
    send(60, off);
    EXPECT_THAT(gaps(all()), UnorderedElementsAre(std::pair(between(0, 60), vault::GapReason::by_schedule),
                                                  std::pair(between(60, 100), vault::GapReason::by_schedule),
                                                  std::pair(between(50, 60), vault::GapReason::by_schedule)));
}

TEST_F(PlannedWriterTest, TheBordersOfThePlanAreSeen) {
    send(10, always);
    EXPECT_FALSE(writer->at_border());
    orders.now = off;
    EXPECT_TRUE(writer->at_border());
    writer->tick();
    EXPECT_FALSE(writer->at_border());
}

}  // namespace
}  // namespace vedette::gateway::ingest
