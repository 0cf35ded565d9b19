#include "gateway/ingest/timeline.hpp"

#include <gtest/gtest.h>

namespace vedette::gateway::ingest {
namespace {

using namespace std::chrono_literals;

std::vector<media::TrackParameters> video_and_audio() {
    std::vector<media::TrackParameters> tracks(2);
    tracks[1].codec = media::Codec::aac;
    tracks[1].clock_rate_hz = 44'100;
    return tracks;
}

class TimelineTest : public testing::Test {
  protected:
    Timeline::Instant now() const { return {clock.utc_now(), clock.monotonic_now()}; }

    SimulatedClock clock{from_unix_seconds(1'000'000)};
    Timeline timeline{video_and_audio()};
};

TEST_F(TimelineTest, AnchorsAtTheGatewaysClockAndCountsInTheCamerasTime) {
    timeline.arrived(0, 5'000'000, now());
    EXPECT_EQ(timeline.place(0, 5'000'000), from_unix_seconds(1'000'000));
    EXPECT_EQ(timeline.place(0, 5'000'000 + 90'000), from_unix_seconds(1'000'001));
    EXPECT_EQ(timeline.camera_time(0, 5'000'000 + 3'600), CameraTime(Ticks90k(3'600)));
}

TEST_F(TimelineTest, AudioClockDoesNotAccumulateRounding) {
    timeline.arrived(1, -7, now());
    EXPECT_EQ(timeline.place(1, -7 + 44'100ll * 3600 * 24 * 30),
              from_unix_seconds(1'000'000 + 3600 * 24 * 30));
    EXPECT_EQ(timeline.place(1, -7 + 1024) - timeline.place(1, -7), Ticks90k(2090));  // 2089.8
}

TEST_F(TimelineTest, FollowsTheGatewaysClockByAtMost500Ppm) {
    timeline.arrived(0, 0, now());
    std::int64_t time = 0;
    for (int i = 0; i < 100; ++i) {  // the camera loses 1 %, far more than the slew gives back
        clock.advance(2s);
        time += 178'200;
        timeline.arrived(0, time, now());
        const UtcTime before = timeline.place(0, time);
        timeline.adjust(now());
        // The first interval holds the punctual first picture. 2 s * 500 ppm are 90 ticks.
        EXPECT_EQ(timeline.place(0, time) - before, Ticks90k(i == 0 ? 0 : 90));
    }
}

TEST_F(TimelineTest, HoldsASmallDriftForDays) {
    timeline.arrived(0, 0, now());
    std::int64_t time = 0;
    for (int i = 0; i < 86'400; ++i) {
        clock.advance(2s);
        time += 180'004;  // 22 ppm fast
        timeline.arrived(0, time, now());
        timeline.adjust(now());
        ASSERT_EQ(timeline.broken(0, time, now()), "");
    }
    EXPECT_LE(std::chrono::abs(timeline.place(0, time) - clock.utc_now()), Ticks90k(90));
}

TEST_F(TimelineTest, JitterOfTheNetworkMovesNothing) {
    timeline.arrived(0, 0, now());
    for (int i = 1; i <= 50; ++i) {
        clock.advance(40ms);
        clock.advance(i % 5 == 0 ? 30ms : 0ms);
        timeline.arrived(0, i * 3'600, now());
        if (i % 5 == 0) clock.advance(-30ms);
    }
    timeline.adjust(now());
    EXPECT_EQ(timeline.place(0, 50 * 3'600) - from_unix_seconds(1'000'000), Ticks90k(180'000));
}

TEST_F(TimelineTest, ASetWallClockBreaksTheRun) {
    timeline.arrived(0, 0, now());
    clock.advance(2s);
    EXPECT_EQ(timeline.broken(0, 180'000, now()), "");
    clock.step_utc(-3600s);
    EXPECT_EQ(timeline.broken(0, 180'000, now()), "the gateway's clock was set");
}

TEST_F(TimelineTest, AJumpOfTheCamerasClockBreaksTheRun) {
    timeline.arrived(0, 0, now());
    clock.advance(2s);
    EXPECT_EQ(timeline.broken(0, 180'000 + 90'000 * 3600, now()), "the camera's clock jumped");
    EXPECT_EQ(timeline.broken(0, -90'000 * 60, now()), "the camera's clock jumped");
}

TEST_F(TimelineTest, SenderReportsAlignATrackFromItsFirstAccessUnit) {
    timeline.arrived(0, 0, now());
    const std::uint64_t ntp = 3'900'000'000ull << 32;
    timeline.sender_report(0, ntp, 0);
    timeline.sender_report(1, ntp + (1ull << 31), 22'050);  // half a second on
    clock.advance(200ms);  // audio shows up late, though it was taken at the same moment as the video
    timeline.arrived(1, 0, now());
    EXPECT_EQ(timeline.place(1, 0), timeline.place(0, 0));
}

TEST_F(TimelineTest, LateSenderReportsMoveATrackForwardAtOnce) {
    timeline.arrived(0, 0, now());
    timeline.arrived(1, 0, now());
    const std::uint64_t ntp = 3'900'000'000ull << 32;
    timeline.sender_report(0, ntp, 0);
    timeline.sender_report(1, ntp + (1ull << 31), 0);
    timeline.adjust(now());
    EXPECT_EQ(timeline.place(1, 0) - timeline.place(0, 0), Ticks90k(45'000));
}

// A step back of more than a frame at the border of two fragments would put the second one's audio before the
// end of the first one's, and no player takes that.
TEST_F(TimelineTest, LateSenderReportsMoveATrackBackWithoutReorderingIt) {
    timeline.arrived(0, 0, now());
    clock.advance(200ms);
    timeline.arrived(1, 0, now());
    const std::uint64_t ntp = 3'900'000'000ull << 32;
    timeline.sender_report(0, ntp, 0);
    timeline.sender_report(1, ntp, 0);
    std::int64_t time = 0;
    for (int fragment = 0; fragment < 20; ++fragment) {
        UtcTime before = timeline.place(1, time);
        for (int frame = 0; frame < 5; ++frame) {
            time += 1024;
            clock.advance(Ticks90k(2090));  // a frame of AAC
            timeline.arrived(1, time, now());
            EXPECT_GT(timeline.place(1, time), before);
            before = timeline.place(1, time);
        }
        timeline.adjust(now());
    }
    EXPECT_EQ(timeline.place(1, 0), timeline.place(0, 0));
}

TEST_F(TimelineTest, AnAudioClockThatRunsOffFollowsThePicture) {  // quirk 62
    for (const int extra_us : {-232, 232}) {  // a frame of 23.22 ms comes by so much early or late: 1 %
        timeline = Timeline(video_and_audio());
        timeline.arrived(0, 0, now());
        timeline.arrived(1, 0, now());
        std::int64_t picture = 0;
        std::int64_t sound = 0;
        Ticks90k farthest{};
        for (int fragment = 0; fragment < 600; ++fragment) {  // 20 minutes
            for (int i = 0; i < 86; ++i) {
                clock.advance(
                    std::chrono::duration_cast<Ticks90k>(std::chrono::microseconds(23'220 + extra_us)));
                sound += 1024;
                picture += (23'220 + extra_us) * 9 / 100;
                timeline.arrived(0, picture, now());
                timeline.arrived(1, sound, now());
            }
            timeline.adjust(now());
            farthest =
                std::max(farthest, std::chrono::abs(timeline.place(1, sound) - timeline.place(0, picture)));
        }
        EXPECT_LT(farthest, Ticks90k(extra_us > 0 ? 1s : 9s))
            << "forward at once, backward half a frame at a time";
        EXPECT_TRUE(timeline.broken(1, sound, now()).empty());
    }
}

TEST_F(TimelineTest, AnAbsurdSenderReportIsNotBelieved) {
    timeline.arrived(0, 0, now());
    timeline.arrived(1, 0, now());
    timeline.sender_report(0, 1ull << 32, 0);
    timeline.sender_report(1, 500ull << 32, 0);
    timeline.adjust(now());
    EXPECT_EQ(timeline.place(1, 0), timeline.place(0, 0));
}

}  // namespace
}  // namespace vedette::gateway::ingest
