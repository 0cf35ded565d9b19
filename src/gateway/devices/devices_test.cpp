#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/test_folder.hpp"
#include "gateway/devices/device_store.hpp"
#include "gateway/devices/event_feed.hpp"
#include "gateway/devices/event_tracker.hpp"

namespace vedette::gateway::devices {
namespace {

using ::testing::HasSubstr;
using What = EventTracker::What;
using onvif::PropertyOperation;

const UtcTime start = from_unix_seconds(1'800'000'000);
const CameraId camera = CameraId::random();

UtcTime at(int seconds) {
    return start + Ticks90k(std::chrono::seconds(seconds));
}

onvif::Notification notification(std::string topic, PropertyOperation operation, std::string value,
                                 int seconds, std::string source = "1") {
    onvif::Notification one{
        .topic = std::move(topic), .operation = operation, .time = at(seconds), .source = {}, .data = {}};
    one.source = {{"Token", std::move(source)}};
    if (!value.empty()) one.data = {{"State", std::move(value)}};
    return one;
}

constexpr const char* motion = "VideoSource/MotionAlarm";

TEST(EventTracker, OnAndOffAreOneInterval) {
    EventTracker tracker(camera);
    EXPECT_EQ(tracker.take(notification(motion, PropertyOperation::initialized, "false", 0), {}).what,
              What::nothing);
    const auto begins = tracker.take(notification(motion, PropertyOperation::changed, "true", 1), {});
    EXPECT_EQ(begins.what, What::begins);
    EXPECT_EQ(begins.event.kind, wire::EventKind::motion);
    EXPECT_EQ(begins.event.start, at(1));
    EXPECT_FALSE(begins.event.end);
    tracker.keep(begins.event, 7);
    // A new subscription tells the state once more, and another input is another matter.
    EXPECT_EQ(tracker.take(notification(motion, PropertyOperation::initialized, "true", 2), {}).what,
              What::nothing);
    EXPECT_EQ(tracker.take(notification(motion, PropertyOperation::changed, "false", 3, "2"), {}).what,
              What::nothing);
    const auto ends = tracker.take(notification(motion, PropertyOperation::changed, "false", 4), {});
    EXPECT_EQ(ends.what, What::ends);
    EXPECT_EQ(ends.event.id, 7u);
    EXPECT_EQ(ends.event.end, at(4));
    EXPECT_EQ(tracker.take(notification(motion, PropertyOperation::changed, "false", 5), {}).what,
              What::nothing);
}

TEST(EventTracker, WhatLastedOverARestartGoesOnOrEnds) {
    for (const bool still : {true, false}) {
        EventTracker tracker(camera);
        tracker.restore({.id = 3,
                         .camera = camera,
                         .kind = wire::EventKind::motion,
                         .topic = motion,
                         .source = "1",
                         .detail = {},
                         .start = at(0),
                         .end = {}});
        const auto change = tracker.take(
            notification(motion, PropertyOperation::initialized, still ? "true" : "false", 9), {});
        EXPECT_EQ(change.what, still ? What::nothing : What::ends);
        if (!still) EXPECT_EQ(change.event.id, 3u);
    }
}

TEST(EventTracker, ADeletedPropertyEnds) {
    EventTracker tracker(camera);
    tracker.take(notification(motion, PropertyOperation::changed, "true", 1), {});
    EXPECT_EQ(tracker.take(notification(motion, PropertyOperation::deleted, "", 2), {}).what, What::ends);
}

TEST(EventTracker, WhatIsNoStateIsAMoment) {
    EventTracker tracker(camera);
    const char* crossed = "RuleEngine/LineDetector/Crossed";
    const auto happens = tracker.take(notification(crossed, PropertyOperation::none, "", 1), {});
    EXPECT_EQ(happens.what, What::happens);
    EXPECT_EQ(happens.event.end, happens.event.start);
    EXPECT_EQ(tracker.take(notification(crossed, PropertyOperation::initialized, "", 2), {}).what,
              What::nothing)
        << "how it is at the beginning is no event";
}

TEST(EventTracker, AFloodIsBoundedAndWhatBeganEndsAllTheSame) {
    EventTracker tracker(camera);
    MonotonicTime now{};
    tracker.take(notification(motion, PropertyOperation::changed, "true", 0), now);
    int kept = 0;
    for (int i = 0; i < 1000; ++i)
        kept += tracker.take(notification("a/b", PropertyOperation::none, "", 1), now).what == What::happens;
    EXPECT_LT(kept, event_burst);
    EXPECT_EQ(tracker.take_dropped(), 1000u - static_cast<unsigned>(kept));
    EXPECT_EQ(tracker.take(notification(motion, PropertyOperation::changed, "false", 2), now).what,
              What::ends);
    now += std::chrono::seconds(10);
    EXPECT_EQ(tracker.take(notification("a/b", PropertyOperation::none, "", 3), now).what, What::happens);
    EventTracker many(camera);
    std::size_t begun = 0;
    for (std::size_t i = 0; i < 2 * max_properties; ++i) {
        now += std::chrono::seconds(1);
        begun +=
            many.take(notification(motion, PropertyOperation::changed, "true", 1, std::to_string(i)), now)
                .what == What::begins;
    }
    EXPECT_EQ(begun, max_properties);
}

TEST(EventFeed, AttemptsBecomeRare) {
    std::chrono::milliseconds all{0};
    for (unsigned failures = 0; failures < 20; ++failures) {
        const auto least = resubscribe_after(failures, 0);
        EXPECT_LE(resubscribe_after(failures, 0xffff'ffff), longest_resubscribe);
        EXPECT_GE(least, failures < 8 ? std::chrono::milliseconds(1'500) * (1 << failures) / 2
                                      : longest_resubscribe / 2);
        all += least;
    }
    EXPECT_GT(all, std::chrono::minutes(45)) << "20 attempts in a row";
}

class DeviceStoreTest : public ::testing::Test {
  protected:
    DeviceStore open(char key = 'k') {
        auto store =
            DeviceStore::open(folder_.path() / "devices.db", Secret(std::string_view(std::string(32, key))));
        if (!store) throw std::runtime_error(store.error().message);
        return std::move(*store);
    }
    static wire::CameraEvent event(int from, std::optional<int> to, CameraId id = camera) {
        wire::CameraEvent one{.camera = id,
                              .kind = wire::EventKind::tamper,
                              .topic = "a/very/telling/topic",
                              .source = "north gate",
                              .detail = "Who=Ada",
                              .start = at(from),
                              .end = {}};
        if (to) one.end = at(*to);
        return one;
    }
    static wire::QueryEvents query(int from, int to, std::uint32_t limit = 100) {
        return {.camera = camera, .interval = {at(from), at(to)}, .limit = limit};
    }
    TestFolder folder_;
};

TEST_F(DeviceStoreTest, EventsOfBeforeTheKeyWasChangedAreRead) {
    ASSERT_TRUE(open('o').add_event(event(10, 11)));
    DeviceStore store = open('n');
    ASSERT_TRUE(store.add_event(event(20, 21)));
    EXPECT_EQ(store.events(query(0, 15))->events.front().source, "");
    std::vector<Secret> replaced;
    replaced.emplace_back(std::string(32, 'o'));
    store.also_read_with(std::move(replaced));
    for (const wire::CameraEvent& read : store.events(query(0, 99))->events)
        EXPECT_EQ(read.source, "north gate");
}

TEST_F(DeviceStoreTest, EventsAreFoundByCameraAndTime) {
    DeviceStore store = open();
    const auto lasting = store.add_event(event(10, std::nullopt));
    ASSERT_TRUE(lasting) << lasting.error().message;
    ASSERT_TRUE(store.add_event(event(20, 20)));
    ASSERT_TRUE(store.add_event(event(30, 35)));
    ASSERT_TRUE(store.add_event(event(31, 32, CameraId::random())));
    const auto count = [&](int from, int to) { return store.events(query(from, to))->events.size(); };
    EXPECT_EQ(count(0, 10), 0u);
    EXPECT_EQ(count(12, 15), 1u) << "it lasts";
    EXPECT_EQ(count(20, 21), 2u) << "a moment lies in the interval that it begins in";
    EXPECT_EQ(count(21, 30), 1u);
    EXPECT_EQ(count(34, 40), 2u);
    EXPECT_EQ(store.events({.camera = {}, .interval = {at(0), at(99)}, .limit = 100})->events.size(), 4u);
    ASSERT_TRUE(store.end_event(*lasting, at(12)));
    EXPECT_EQ(count(12, 15), 0u);
    const auto latest = store.events(query(0, 99, 2));
    ASSERT_EQ(latest->events.size(), 2u);
    EXPECT_TRUE(latest->more);
    EXPECT_EQ(latest->events[0].start, at(20)) << "the latest, in order of their beginning";
    EXPECT_EQ(latest->events[1].source, "north gate");
    EXPECT_EQ(latest->events[1].kind, wire::EventKind::tamper);
}

TEST_F(DeviceStoreTest, WhatACameraSaysIsSealedAndBoundToIt) {
    {
        DeviceStore store = open();
        ASSERT_TRUE(store.add_event(event(1, 2)));
    }
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
        const auto bytes = read_file(file.path(), 1 << 20);
        ASSERT_TRUE(bytes);
        EXPECT_EQ(as_text(*bytes).find("north gate"), std::string_view::npos) << file.path();
        EXPECT_EQ(as_text(*bytes).find("telling"), std::string_view::npos) << file.path();
    }
    const auto with_another_key = open('x').events(query(0, 9));
    ASSERT_TRUE(with_another_key);
    ASSERT_EQ(with_another_key->events.size(), 1u);
    EXPECT_EQ(with_another_key->events[0].source, "");
    EXPECT_EQ(open().events(query(0, 9))->events[0].detail, "Who=Ada");
}

TEST_F(DeviceStoreTest, OldEventsGo) {
    DeviceStore store = open();
    ASSERT_TRUE(store.add_event(event(0, 1)));
    ASSERT_TRUE(store.add_event(event(3600, 3601)));
    ASSERT_TRUE(store.prune(at(60) + event_retention));
    EXPECT_EQ(store.events(query(0, 9999))->events.size(), 1u);
}

TEST_F(DeviceStoreTest, PatrolsOutliveARestartAndGoWithTheirCamera) {
    const wire::Patrol tour{.name = "Night",
                            .stops = {{"2", std::chrono::seconds(5)}, {"1", std::chrono::seconds(60)}}};
    {
        DeviceStore store = open();
        ASSERT_TRUE(store.save_patrol(camera, tour));
        ASSERT_TRUE(store.save_patrol(camera, {.name = "Day", .stops = {{"1", std::chrono::seconds(9)}}}));
        ASSERT_TRUE(store.set_running_patrol(camera, "Night"));
    }
    DeviceStore store = open();
    auto all = store.patrols();
    ASSERT_TRUE(all) << all.error().message;
    ASSERT_EQ((*all)[camera].patrols.size(), 2u);
    EXPECT_EQ((*all)[camera].running, "Night");
    EXPECT_EQ((*all)[camera].patrols[1].stops[0].preset, "2") << "in their order";
    EXPECT_EQ((*all)[camera].patrols[1].stops[1].dwell, std::chrono::seconds(60));
    ASSERT_TRUE(store.remove_patrol(camera, "Day"));
    ASSERT_TRUE(store.set_running_patrol(camera, ""));
    all = store.patrols();
    EXPECT_EQ((*all)[camera].running, "");
    ASSERT_TRUE(store.remove_camera(camera));
    EXPECT_TRUE(store.patrols()->empty());
}

}  // namespace
}  // namespace vedette::gateway::devices
