#pragma once
// When a role counts: quarters of an hour of a week, in the site's time zone. Pure.

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette::hub::policy {

/// A moment as the clock on the site's wall shows it. Whoever asks for a decision reads that clock, so that
/// daylight-saving time is its affair: an hour that occurs twice is the same twice, one that is skipped never
/// is.
struct WallTime {
    std::uint8_t day = 0;      ///< 0 is Monday
    std::uint16_t minute = 0;  ///< of the day, 0 to 1439
    bool holiday = false;
};

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
    bool always() const { return quarters_.all() && holidays_.value_or(~Day()).all(); }

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

}  // namespace vedette::hub::policy
