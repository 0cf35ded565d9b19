#include "gateway/storage_forecast.hpp"

#include <gtest/gtest.h>

namespace vedette::gateway {
namespace {

using std::chrono::seconds;

constexpr std::uint64_t rate = 1'000'000;
constexpr std::uint64_t room_of_ten_days = rate * 86'400 * 10;

TEST(StorageForecast, SaysNothingBeforeItHasSeenAMinuteNorOfNothing) {
    StorageForecast forecast;
    MonotonicTime now{};
    EXPECT_EQ(forecast.days(1), std::nullopt);
    for (std::uint64_t i = 0; i < 6; ++i, now += seconds(10)) {
        forecast.see(now, i * 10 * rate);
        EXPECT_EQ(forecast.days(room_of_ten_days), std::nullopt);
    }
    forecast.see(now, 60 * rate);
    EXPECT_NEAR(forecast.days(room_of_ten_days).value(), 10, 0.01);

    StorageForecast idle;
    for (int i = 0; i < 20; ++i) idle.see(MonotonicTime(seconds(10 * i)), 5);
    EXPECT_EQ(idle.days(room_of_ten_days), std::nullopt);
}

TEST(StorageForecast, FollowsTheLastHour) {
    StorageForecast forecast;
    MonotonicTime now{};
    std::uint64_t written = 0;
    const auto record = [&](int minutes, std::uint64_t bytes_per_second) {
        for (int i = 0; i < 6 * minutes; ++i) {
            forecast.see(now, written);
            now += seconds(10);
            written += 10 * bytes_per_second;
        }
    };
    record(60 * 24, rate);
    EXPECT_NEAR(forecast.days(room_of_ten_days).value(), 10, 0.1);
    record(60 * 5, 2 * rate);
    EXPECT_NEAR(forecast.days(room_of_ten_days).value(), 5, 0.1);
    record(1, 0);  // cameras that are away for a minute change little
    EXPECT_NEAR(forecast.days(room_of_ten_days).value(), 5, 0.2);
}

}  // namespace
}  // namespace vedette::gateway
