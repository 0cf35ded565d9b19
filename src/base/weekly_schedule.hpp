#pragma once
// Hours of the week by the clock on the site's wall: when a role counts, when a camera is recorded. Quarters
// of an hour.

#include <bitset>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace vedette {

/// A moment as the clock on the site's wall shows it. Whoever asks for a decision reads that clock, so that
/// daylight-saving time is its affair: an hour that occurs twice is the same twice, one that is skipped never
/// is.
struct WallTime {
    std::uint8_t day = 0;      ///< 0 is Monday
    std::uint16_t minute = 0;  ///< of the day, 0 to 1439
    bool holiday = false;
};

/// What the calendar and the clock on the wall show in the time zone of this machine (TZ, else
/// /etc/localtime), which is the site's. A holiday is not known here. nullopt: no calendar has that time.
/// Thread-safe.
struct LocalTime {
    std::chrono::year_month_day date{};
    WallTime wall{};
};
std::optional<LocalTime> local_time(UtcTime time);

/// Pure.
class WeeklySchedule {
  public:
    static constexpr std::size_t quarters_per_day = 96;
    static constexpr std::size_t quarters_per_week = 7 * quarters_per_day;

    /// From `first` to before `last`, both quarters of day `day`; what is out of range is left out.
    void allow(std::uint8_t day, std::size_t first, std::size_t last);
    /// Makes holidays, which otherwise are as their day of the week, days of their own: at first without any
    /// quarter, then also with those from `first` to before `last`.
    void allow_on_holidays(std::size_t first, std::size_t last);
    bool contains(WallTime time) const;
    bool contains_quarter(std::size_t quarter_of_week) const { return quarters_[quarter_of_week]; }
    /// Whether it counts whenever `other` does.
    bool covers(const WeeklySchedule& other) const;
    bool empty() const { return quarters_.none() && holidays_.value_or(Day()).none(); }
    /// Whether holidays are days of their own.
    bool has_holidays() const { return holidays_.has_value(); }
    /// Whether a quarter of the week is in both; holidays of their own are not looked at.
    bool overlaps(const WeeklySchedule& other) const { return (quarters_ & other.quarters_).any(); }
    bool always() const { return quarters_.all() && holidays_.value_or(~Day()).all(); }

    static WeeklySchedule whole_week() {
        WeeklySchedule schedule;
        schedule.quarters_.set();
        return schedule;
    }

    /// 168 hexadecimal digits: four quarters each, Monday 0:00 in the first one's highest bit; 24 more where
    /// holidays are days of their own.
    std::string text() const;
    static std::optional<WeeklySchedule> parse(std::string_view text);
    friend bool operator==(const WeeklySchedule&, const WeeklySchedule&) = default;

  private:
    using Day = std::bitset<quarters_per_day>;
    std::bitset<quarters_per_week> quarters_;
    std::optional<Day> holidays_;
};

}  // namespace vedette
