#include "gateway/ingest/stream_meter.hpp"

#include <random>

#include <gtest/gtest.h>

namespace vedette::gateway::ingest {
namespace {

using namespace std::chrono_literals;

MonotonicTime at(double seconds) {
    return MonotonicTime(
        std::chrono::duration_cast<MonotonicTime::duration>(std::chrono::duration<double>(seconds)));
}

std::uint64_t ntp(std::int64_t unix_seconds) {
    return static_cast<std::uint64_t>(unix_seconds + 2'208'988'800) << 32;
}

// 25 pictures a second, taken from the kernel in lots of a quarter of a second, with jitter of the network.
ClockDrift run(double ppm, double seconds) {
    ClockDrift drift;
    std::minstd_rand random(7);
    std::exponential_distribution<double> jitter(1 / 0.003);
    for (double t = 0; t < seconds; t += 0.25)
        for (int i = 0; i < 6; ++i)
            drift.sample((t - 0.04 * (5 - i)) * (1 + ppm * 1e-6), at(t + jitter(random)));
    return drift;
}

TEST(ClockDriftTest, IsSeenThroughJitterAndLots) {
    for (const double ppm : {-300.0, -50.0, 0.0, 50.0, 20'000.0}) {
        const auto seen = run(ppm, 300).ppm();
        ASSERT_TRUE(seen) << ppm;
        EXPECT_NEAR(*seen, ppm, 15) << ppm;
    }
}

TEST(ClockDriftTest, IsNotGuessedEarly) {
    EXPECT_FALSE(run(50, 20).ppm());
}

TEST(ClockDriftTest, ASlipIsLeftOutAndAJumpBeginsAnew) {
    ClockDrift drift;
    double t = 0;
    const auto play = [&](double until, double shift) {
        for (; t < until; t += 0.04) drift.sample(t * 1.001 + shift, at(t));
    };
    play(60, 0);
    drift.sample(t + 7200, at(t));
    ASSERT_TRUE(drift.ppm());
    EXPECT_NEAR(*drift.ppm(), 1'000, 1);
    play(62, 500);
    EXPECT_FALSE(drift.ppm());
    play(120, 500);
    ASSERT_TRUE(drift.ppm());
    EXPECT_NEAR(*drift.ppm(), 1'000, 1);
}

TEST(WallClockOffset, OfSenderReports) {
    const UtcTime now = from_unix_seconds(1'800'000'000);
    EXPECT_EQ(wall_clock_offset(ntp(1'800'000'000), now), Ticks90k(0));
    EXPECT_EQ(wall_clock_offset(ntp(1'800'000'000 - 40) | 0x8000'0000, now), Ticks90k(-39'500ms));
    EXPECT_EQ(wall_clock_offset(ntp(0), now), -std::chrono::seconds(1'800'000'000))
        << "a clock of 1970 is one";
    EXPECT_FALSE(wall_clock_offset(0, now)) << "no clock";
    EXPECT_FALSE(wall_clock_offset(std::uint64_t{3'600} << 32, now)) << "time since it was switched on";
    const UtcTime later = from_unix_seconds(2'085'978'496 + 100);
    EXPECT_EQ(wall_clock_offset(std::uint64_t{90} << 32, later), Ticks90k(-10s)) << "in the next NTP era";
}

TEST(StreamMeterTest, KeyFramesClockAndLastPicture) {
    StreamMeter meter;
    const UtcTime begin = from_unix_seconds(1'800'000'000);
    EXPECT_FALSE(meter.figures(at(0)).last_picture);
    for (int i = 0; i < 101; ++i)
        meter.picture(5'000 + i * 3'600, 90'000, i % 50 == 0, {begin + i * Ticks90k(3'600), at(0.04 * i)});
    meter.sender_report(ntp(1'800'000'000 - 40), begin + 120ms);
    meter.sender_report(ntp(1'800'000'005 - 40), begin + 5s);
    auto figures = meter.figures(at(4));
    EXPECT_EQ(figures.last_picture, begin + 4s);
    EXPECT_DOUBLE_EQ(figures.key_frame_interval_seconds.value(), 2);
    EXPECT_EQ(figures.clock_offset, Ticks90k(-40s))
        << "a late report makes it smaller, so the largest counts";
    EXPECT_FALSE(figures.clock_drift_ppm) << "after 4 s";
    EXPECT_DOUBLE_EQ(meter.figures(at(13)).key_frame_interval_seconds.value(), 9)
        << "the next one is overdue";

    meter.sender_report(ntp(1'800'000'010), begin + 10s);
    EXPECT_EQ(meter.figures(at(10)).clock_offset, Ticks90k(0)) << "the camera's clock was set";
    meter.begin_session();
    figures = meter.figures(at(14));
    EXPECT_FALSE(figures.key_frame_interval_seconds);
    EXPECT_FALSE(figures.clock_offset);
    EXPECT_TRUE(figures.last_picture);
}

}  // namespace
}  // namespace vedette::gateway::ingest
