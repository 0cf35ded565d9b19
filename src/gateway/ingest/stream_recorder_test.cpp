#include "gateway/ingest/stream_recorder.hpp"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/test_folder.hpp"
#include "gateway/ingest/test_support.hpp"

namespace vedette::gateway::ingest {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const UtcTime start_time = from_unix_seconds(1'800'000'000);
constexpr std::int64_t first_picture_time = 77'000'000;  // cameras begin anywhere
constexpr std::int64_t first_sound_time = -5'000;
constexpr int group = 50;  // pictures from key frame to key frame

struct Listener final : StreamTap {
    void set_tracks(const std::vector<media::TrackParameters>& t) override { tracks.push_back(t.size()); }
    void push(const media::AccessUnit& unit, UtcTime start) override {
        if (unit.track == 0) pictures.push_back(start);
    }
    void pause() override { ++pauses; }

    std::vector<std::size_t> tracks;
    std::vector<UtcTime> pictures;
    int pauses = 0;
};

class StreamRecorderTest : public testing::Test {
  protected:
    StreamRecorderTest() {
        vault = vault::Vault::open({.folder = folder.path() / "data", .on_disk_state = {}}).value();
        begin();
    }
    void begin(std::optional<UtcTime> recorded_until = std::nullopt) {
        recorder.reset();
        recorder.emplace(key, *vault, clock, listener, orders, recorded_until);
    }
    void describe(bool audio_is_known = true) {
        rtsp::Described described;
        described.tracks.push_back(
            {.codec = media::Codec::h264, .clock_rate_hz = 90'000, .parameters = test_video()});
        described.tracks.push_back({.codec = media::Codec::aac, .clock_rate_hz = 48'000});
        if (audio_is_known) described.tracks[1].parameters = test_audio();
        recorder->on_event(std::move(described));
    }
    // The next pictures and the sound that goes with them, in real time.
    void send_pictures(int count) {
        for (int i = 0; i < count; ++i) {
            recorder->on_event(unit(0, first_picture_time + picture * picture_ticks, picture % group == 0));
            recorder->on_event(unit(1, first_sound_time + picture * 1'920, true));
            ++picture;
            clock.advance(40ms);
        }
    }
    vault::Recordings recordings() {
        EXPECT_TRUE(vault->flush());
        return vault->recordings(key, {UtcTime{}, start_time + 24h}).value();
    }
    static UtcInterval seconds(double from, double to) {
        const auto at = [](double s) { return start_time + Ticks90k(static_cast<std::int64_t>(s * 90'000)); };
        return {at(from), at(to)};
    }

    TestFolder folder;
    std::unique_ptr<vault::Vault> vault;
    SimulatedClock clock{start_time};
    Listener listener;
    TestOrders orders;
    vault::StreamKey key{CameraId::random(), 0};
    std::optional<StreamRecorder> recorder;
    std::int64_t picture = 0;
};

TEST_F(StreamRecorderTest, RecordsEveryPictureOfASession) {
    describe();
    send_pictures(3 * group);
    EXPECT_TRUE(recorder->recording());
    EXPECT_THAT(recorder->tracks(), SizeIs(2));
    recorder->end_session(vault::GapReason::camera_unreachable, "gone");
    const auto all = recordings();
    ASSERT_THAT(all.ranges, SizeIs(1));
    EXPECT_EQ(all.ranges[0].interval, seconds(0, 6));
    EXPECT_THAT(all.gaps, IsEmpty());
    EXPECT_THAT(listener.pictures, SizeIs(3 * group));

    auto cursor = vault->read(key, UtcTime{}).value();
    std::size_t pictures = 0;
    int inits = 0;
    while (const auto item = cursor.next().value()) {
        if (const auto* init = std::get_if<vault::PlayInit>(&*item)) {
            ++inits;
            EXPECT_THAT(media::parse_init_segment(*init->data).value(),
                        ElementsAre(test_video(), test_audio()));
        }
        if (const auto* stored = std::get_if<vault::PlayFragment>(&*item))
            for (const auto& [sample, offset] : media::parse_fragment(*stored->data).value().samples)
                pictures += sample.track == 0;
    }
    EXPECT_EQ(inits, 1);
    EXPECT_EQ(pictures, std::size_t{3 * group});
}

TEST_F(StreamRecorderTest, WhatIsNotStoredByPlanIsStillSeenLive) {
    orders.now = {.store = false, .reason = vault::GapReason::by_schedule};
    begin();
    describe();
    send_pictures(5 * group);
    EXPECT_TRUE(recorder->recording());
    EXPECT_THAT(listener.pictures, SizeIs(5 * group));
    recorder.reset();
    const auto all = recordings();
    EXPECT_THAT(all.ranges, IsEmpty());
    ASSERT_THAT(all.gaps, SizeIs(1));
    EXPECT_EQ(all.gaps[0].interval, seconds(0, 10));
    EXPECT_EQ(all.gaps[0].reason, vault::GapReason::by_schedule);
}

TEST_F(StreamRecorderTest, AnEventIsRecordedFromBeforeItWithoutASeam) {
    const RecordingOrder waiting{.store = false, .reserve = 4s, .reason = vault::GapReason::no_event};
    orders.now = waiting;
    begin();
    describe();
    send_pictures(10 * group + 30);  // it is 21.2 s, in the middle of a group
    orders.now = {.store = true, .reserve = 4s};
    recorder->look_at_order();
    send_pictures(2 * group);
    orders.now = waiting;
    send_pictures(5 * group);
    recorder.reset();
    const auto all = recordings();
    ASSERT_THAT(all.ranges, SizeIs(1));
    EXPECT_EQ(all.ranges[0].interval, seconds(16, 26));  // whole groups, and what began before it was over
    auto cursor = vault->read(key, UtcTime{}).value();
    std::size_t pictures = 0;
    while (const auto item = cursor.next().value())
        if (const auto* stored = std::get_if<vault::PlayFragment>(&*item))
            for (const auto& [sample, offset] : media::parse_fragment(*stored->data).value().samples)
                pictures += sample.track == 0;
    EXPECT_EQ(pictures, std::size_t{5 * group});
}

TEST_F(StreamRecorderTest, ACameraThatIsLostIsAFailureUpToTheMomentAtWhichItIsOffByPlan) {
    describe();
    send_pictures(group);
    recorder->end_session(vault::GapReason::camera_unreachable, "gone");
    for (int second = 0; second < 20; ++second) {
        if (second == 10) orders.now = {.store = false, .reason = vault::GapReason::by_schedule};
        recorder->tick();
        clock.advance(1s);
    }
    describe();
    picture = 0;
    send_pictures(group);
    recorder.reset();
    const auto all = recordings();
    ASSERT_THAT(all.gaps, SizeIs(2));
    EXPECT_EQ(all.gaps[0].interval, seconds(2, 12));
    EXPECT_EQ(all.gaps[0].reason, vault::GapReason::camera_unreachable);
    EXPECT_EQ(all.gaps[1].interval, seconds(12, 24));
    EXPECT_EQ(all.gaps[1].reason, vault::GapReason::by_schedule);
}

TEST_F(StreamRecorderTest, AFragmentSaysWhatTheCamerasSignatureIsWorthAndStillFollowsTheOneBefore) {
    describe();
    const auto say = [&](media::Authenticity verdict, std::int64_t first, std::int64_t last) {
        recorder->on_event(media::SignatureVerdict{.track = 0,
                                                   .verdict = verdict,
                                                   .key = {std::byte{9}},
                                                   .first_time = first_picture_time + first * picture_ticks,
                                                   .last_time = first_picture_time + last * picture_ticks});
    };
    say(media::Authenticity::none, 0, 0);
    send_pictures(group + 1);
    EXPECT_FALSE(recorder->signing_key());
    say(media::Authenticity::authentic, 0, group - 1);
    ASSERT_TRUE(recorder->signing_key());
    send_pictures(group);
    say(media::Authenticity::not_authentic, group, 2 * group - 1);
    EXPECT_EQ(recorder->not_authentic_at(), start_time + Ticks90k(4s));
    send_pictures(group - 1);
    recorder->end_session(vault::GapReason::camera_unreachable, "gone");
    const auto all = recordings();
    ASSERT_THAT(all.ranges, SizeIs(1));
    EXPECT_EQ(all.ranges[0].interval, seconds(0, 6));
    EXPECT_THAT(all.gaps, IsEmpty());
    const auto& counters = recorder->signatures().counters().fragments;
    EXPECT_THAT(counters, ElementsAre(0, 0, 1, 0, 1, 1)) << "the last group's signature did not come";
}

TEST_F(StreamRecorderTest, BeginsWithTheFirstKeyFrame) {
    describe();
    picture = 10;
    send_pictures(40);
    EXPECT_FALSE(recorder->recording());
    EXPECT_THAT(listener.pictures, IsEmpty());
    send_pictures(group);
    EXPECT_TRUE(recorder->recording());
    recorder->end_session(vault::GapReason::other, "");
    EXPECT_EQ(recordings().ranges.at(0).interval, seconds(1.6, 3.6));
    EXPECT_EQ(recorder->counters().pictures, 90U);
}

TEST_F(StreamRecorderTest, ALostCameraLeavesAGapWithItsReason) {
    describe();
    send_pictures(group);
    recorder->end_session(vault::GapReason::camera_unreachable, "nothing listens on that port");
    EXPECT_FALSE(recorder->recording());
    EXPECT_THAT(recorder->tracks(), IsEmpty());
    EXPECT_EQ(recorder->recorded_until(), start_time + 2s);
    clock.advance(5s);
    describe();
    picture = 0;
    send_pictures(group);
    recorder->end_session(vault::GapReason::other, "");
    const auto all = recordings();
    ASSERT_THAT(all.ranges, SizeIs(2));
    ASSERT_THAT(all.gaps, SizeIs(1));
    EXPECT_EQ(all.gaps[0].interval, seconds(2, 7));
    EXPECT_EQ(all.gaps[0].reason, vault::GapReason::camera_unreachable);
    EXPECT_EQ(all.gaps[0].detail, "nothing listens on that port");
    EXPECT_EQ(all.ranges[1].interval, seconds(7, 9));
}

TEST_F(StreamRecorderTest, ALongGapIsWrittenInPiecesSoThatACrashKeepsIt) {
    describe();
    send_pictures(group);
    recorder->end_session(vault::GapReason::camera_silent, "nothing");
    for (int i = 0; i < 150; ++i) {
        clock.advance(1s);
        recorder->tick();
    }
    const auto all = recordings();
    ASSERT_THAT(all.gaps, SizeIs(2));
    EXPECT_EQ(all.gaps[0].interval, seconds(2, 62));
    EXPECT_EQ(all.gaps[1].interval, seconds(62, 122));
    EXPECT_EQ(recorder->recorded_until(), start_time + 122s);
}

TEST_F(StreamRecorderTest, OwesAGapSinceAnEarlierProcess) {
    begin(start_time - 10s);
    describe();
    send_pictures(group);
    recorder->end_session(vault::GapReason::other, "");
    const auto all = recordings();
    ASSERT_THAT(all.gaps, SizeIs(1));
    EXPECT_EQ(all.gaps[0].interval, seconds(-10, 0));
    EXPECT_EQ(all.gaps[0].reason, vault::GapReason::not_running);
}

TEST_F(StreamRecorderTest, NewParametersBeginANewRunAtAKeyFrame) {
    describe();
    send_pictures(group);
    recorder->on_event(rtsp::ParametersChanged{.track = 0, .parameters = test_video()});
    EXPECT_TRUE(recorder->recording()) << "they are the same";
    auto larger = test_video();
    larger.width = 1280;
    recorder->on_event(rtsp::ParametersChanged{.track = 0, .parameters = larger});
    EXPECT_FALSE(recorder->recording());
    EXPECT_EQ(listener.pauses, 1);
    send_pictures(group);
    recorder->end_session(vault::GapReason::other, "");
    const auto all = recordings();
    ASSERT_THAT(all.ranges, SizeIs(2));
    EXPECT_NE(all.ranges[0].run, all.ranges[1].run);
    EXPECT_EQ(all.ranges[1].interval, seconds(2, 4));
    EXPECT_THAT(all.gaps, IsEmpty());
}

TEST_F(StreamRecorderTest, AudioIsLeftOutWhileItIsUnknownOrRefused) {
    describe(false);
    send_pictures(group);
    EXPECT_THAT(recorder->tracks(), SizeIs(1));
    recorder->on_event(rtsp::ParametersChanged{.track = 1, .parameters = test_audio()});
    send_pictures(group);
    EXPECT_THAT(recorder->tracks(), SizeIs(2));

    describe();
    recorder->on_event(rtsp::TrackRefused{.track = 1, .error = {ErrorKind::forbidden, "no sound for you"}});
    send_pictures(group);
    EXPECT_THAT(recorder->tracks(), SizeIs(1));
    EXPECT_THAT(listener.tracks, ElementsAre(1, 2, 1));
}

TEST_F(StreamRecorderTest, AClockSetBackLosesNothing) {
    describe();
    send_pictures(group);
    clock.step_utc(-1h);
    send_pictures(2 * group);
    recorder->end_session(vault::GapReason::other, "");
    const auto all = recordings();
    ASSERT_THAT(all.ranges, SizeIs(2));
    EXPECT_EQ(all.ranges[0].interval, seconds(0, 2));
    EXPECT_EQ(all.ranges[1].interval, seconds(2 - 3600, 6 - 3600));
    EXPECT_THAT(all.gaps, IsEmpty()) << "every picture is there, some hours exist twice";
}

TEST_F(StreamRecorderTest, WhatFollowsABurstStandsBehindIt) {
    describe();
    for (; picture < 2 * group; ++picture) {  // four seconds in one, as after a blocked network
        recorder->on_event(unit(0, first_picture_time + picture * picture_ticks, picture % group == 0));
        clock.advance(10ms);
    }
    recorder->end_session(vault::GapReason::camera_unreachable, "gone");
    describe();
    send_pictures(10 * group);
    recorder->end_session(vault::GapReason::other, "");
    const auto all = recordings();
    ASSERT_THAT(all.ranges, SizeIs(2));
    EXPECT_GT(all.ranges[0].interval.end, seconds(0, 3.99).end);
    EXPECT_EQ(all.ranges[1].interval.start, all.ranges[0].interval.end);
    EXPECT_THAT(all.gaps, IsEmpty());
    // 500 ppm of the 18 s up to the last fragment bring it nearer to the clock, and never before the first
    // run.
    EXPECT_LT(all.ranges[1].interval.end, seconds(0, 24).end);
    EXPECT_GT(all.ranges[1].interval.end, seconds(0, 23.9).end);
}

TEST_F(StreamRecorderTest, AClockSetForwardLeavesAGapThatSaysSo) {
    describe();
    send_pictures(group);
    clock.step_utc(1h);
    send_pictures(group);
    recorder->end_session(vault::GapReason::other, "");
    const auto all = recordings();
    ASSERT_THAT(all.ranges, SizeIs(2));
    ASSERT_THAT(all.gaps, SizeIs(1));
    EXPECT_EQ(all.gaps[0].interval, seconds(2, 3602));
    EXPECT_EQ(all.gaps[0].reason, vault::GapReason::clock_step);
}

TEST_F(StreamRecorderTest, CountsWhatTheCameraLost) {
    describe();
    send_pictures(10);
    recorder->on_event(rtsp::Loss{.track = 0, .packets = 3});
    recorder->on_event(rtsp::UnitDamaged{.track = 0, .time = 0});
    recorder->on_event(rtsp::Loss{.track = 1, .packets = 2});
    EXPECT_EQ(recorder->counters().lost_packets, 5U);
    EXPECT_EQ(recorder->counters().damaged_units, 1U);
    EXPECT_EQ(recorder->counters().payload_bytes, 2'000U);
}

TEST_F(StreamRecorderTest, WhatIsUnderWayIsStoredWhenItGoes) {
    describe();
    send_pictures(10);
    recorder.reset();
    EXPECT_EQ(recordings().ranges.at(0).interval, seconds(0, 0.4));
}

TEST_F(StreamRecorderTest, WithoutAnyKeyFrameItSaysSo) {  // quirk 59
    describe();
    for (int second = 0; second < 12; ++second) {
        for (int picture = 0; picture < 25; ++picture) {
            const std::int64_t time = (second * 25 + picture) * picture_ticks;
            recorder->on_event(unit(0, first_picture_time + time, false));
            clock.advance(40ms);
        }
        if (second < 9) EXPECT_THAT(recorder->trouble(), IsEmpty()) << second;
    }
    EXPECT_FALSE(recorder->recording());
    EXPECT_THAT(recorder->trouble(), HasSubstr("no key frame for 10 s"));
    recorder->on_event(unit(0, first_picture_time + 12 * 25 * picture_ticks, true));
    EXPECT_TRUE(recorder->recording());
    EXPECT_THAT(recorder->trouble(), IsEmpty());
}

TEST_F(StreamRecorderTest, ChangedResolutionInMidStreamBeginsARunWithoutReconnecting) {  // quirk 55
    describe();
    recorder->on_event(unit(0, first_picture_time, true));
    EXPECT_EQ(recorder->tracks().at(0).width, 640);
    media::TrackParameters smaller = test_video();
    smaller.width = 320;
    recorder->on_event(rtsp::ParametersChanged{.track = 0, .parameters = smaller});
    EXPECT_FALSE(recorder->recording());
    recorder->on_event(unit(0, first_picture_time + picture_ticks, true));
    EXPECT_TRUE(recorder->recording());
    EXPECT_EQ(recorder->tracks().at(0).width, 320);
    EXPECT_THAT(listener.tracks, ElementsAre(2U, 2U));
}

TEST_F(StreamRecorderTest, LeadingPicturesThatReferToNothingAreLeftOut) {
    describe();
    const auto leading = [&](std::int64_t time) {
        media::AccessUnit out = unit(0, first_picture_time + time, false);
        out.skipped_leading = true;
        return out;
    };
    recorder->on_event(unit(0, first_picture_time, true));
    recorder->on_event(leading(1));
    recorder->on_event(unit(0, first_picture_time + 2, false));
    recorder->on_event(unit(0, first_picture_time + 3, true));
    recorder->on_event(leading(4));
    EXPECT_THAT(listener.pictures, SizeIs(4)) << "after a later key frame they have what they refer to";
}

TEST_F(StreamRecorderTest, AReconnectWithItsClockAtZeroIsAnotherRun) {  // quirk 65
    describe();
    send_pictures(group);
    recorder->end_session(vault::GapReason::camera_unreachable, "gone");
    describe();
    recorder->on_event(unit(0, 0, true));
    recorder->on_event(unit(0, picture_ticks, false));
    recorder->end_session(vault::GapReason::other, "");
    const auto all = recordings();
    ASSERT_THAT(all.ranges, SizeIs(2));
    EXPECT_EQ(all.ranges[1].interval.start, all.ranges[0].interval.end);
}

TEST_F(StreamRecorderTest, ASlipOfTheCamerasClockCostsNoRun) {  // quirk 64
    describe();
    send_pictures(group / 2);
    recorder->on_event(unit(0, first_picture_time + 90'000ll * 7'200, false));
    ++picture;
    clock.advance(40ms);
    send_pictures(group / 2);
    recorder->end_session(vault::GapReason::other, "");
    ASSERT_THAT(recordings().ranges, SizeIs(1));
    EXPECT_THAT(listener.pictures, SizeIs(group + 1));
    EXPECT_TRUE(std::ranges::is_sorted(listener.pictures));
}

TEST_F(StreamRecorderTest, MetadataWithAClockOfItsOwnDoesNotEndTheRun) {  // quirk 63
    rtsp::Described described;
    described.tracks.push_back(
        {.codec = media::Codec::h264, .clock_rate_hz = 90'000, .parameters = test_video()});
    described.tracks.push_back({.codec = media::Codec::onvif_metadata,
                                .clock_rate_hz = 90'000,
                                .parameters = media::onvif_metadata_track()});
    recorder->on_event(described);
    recorder->on_event(unit(0, first_picture_time, true));
    recorder->on_event(unit(1, 5, true));
    clock.advance(40ms);
    recorder->on_event(unit(1, 900'000'000, true));
    recorder->on_event(unit(0, first_picture_time + picture_ticks, false));
    EXPECT_TRUE(recorder->recording());
    EXPECT_THAT(listener.tracks, ElementsAre(2U));
}

}  // namespace
}  // namespace vedette::gateway::ingest
