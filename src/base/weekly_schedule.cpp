#include "base/weekly_schedule.hpp"

#include <algorithm>
#include <ctime>

namespace vedette {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t quarters_per_digit = 4;

template <std::size_t Size>
std::string print(const std::bitset<Size>& quarters) {
    std::string out;
    out.reserve(Size / quarters_per_digit);
    for (std::size_t at = 0; at < Size; at += quarters_per_digit) {
        unsigned digit = 0;
        for (std::size_t i = 0; i < quarters_per_digit; ++i) digit = digit << 1U | quarters[at + i];
        out += hex_digits[digit];
    }
    return out;
}

// False when the text is none of so many quarters.
template <std::size_t Size>
bool read(std::string_view text, std::bitset<Size>& quarters) {
    if (text.size() != Size / quarters_per_digit) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::size_t digit = hex_digits.find(text[at]);
        if (digit == std::string_view::npos) return false;
        for (std::size_t i = 0; i < quarters_per_digit; ++i)
            quarters[at * quarters_per_digit + i] = (digit >> (quarters_per_digit - 1 - i)) & 1U;
    }
    return true;
}

}  // namespace

std::optional<LocalTime> local_time(UtcTime time) {
    const std::time_t seconds = to_unix_seconds(time);
    std::tm local{};
    if (::localtime_r(&seconds, &local) == nullptr) return std::nullopt;
    constexpr int days_from_sunday_to_monday = 6;
    return LocalTime{
        .date = {std::chrono::year(local.tm_year + 1900),
                 std::chrono::month(static_cast<unsigned>(local.tm_mon + 1)),
                 std::chrono::day(static_cast<unsigned>(local.tm_mday))},
        .wall = {.day = static_cast<std::uint8_t>((local.tm_wday + days_from_sunday_to_monday) % 7),
                 .minute = static_cast<std::uint16_t>(local.tm_hour * 60 + local.tm_min)}};
}

void WeeklySchedule::allow(std::uint8_t day, std::size_t first, std::size_t last) {
    if (day >= 7) return;
    last = std::min(last, quarters_per_day);
    for (std::size_t quarter = first; quarter < last; ++quarter)
        quarters_.set(day * quarters_per_day + quarter);
}

void WeeklySchedule::allow_on_holidays(std::size_t first, std::size_t last) {
    if (!holidays_) holidays_.emplace();
    for (std::size_t quarter = first; quarter < std::min(last, quarters_per_day); ++quarter)
        holidays_->set(quarter);
}

bool WeeklySchedule::contains(WallTime time) const {
    const std::size_t quarter = time.minute / 15;
    if (time.day >= 7 || quarter >= quarters_per_day) return false;
    return time.holiday && holidays_ ? (*holidays_)[quarter]
                                     : quarters_[time.day * quarters_per_day + quarter];
}

bool WeeklySchedule::covers(const WeeklySchedule& other) const {
    if ((other.quarters_ & ~quarters_).any()) return false;
    if (!holidays_ && !other.holidays_) return true;
    // A holiday may be any day of the week.
    const auto on_holiday = [](const WeeklySchedule& schedule, std::size_t quarter, std::size_t day) {
        return schedule.holidays_ ? (*schedule.holidays_)[quarter]
                                  : schedule.quarters_[day * quarters_per_day + quarter];
    };
    for (std::size_t day = 0; day < 7; ++day)
        for (std::size_t quarter = 0; quarter < quarters_per_day; ++quarter)
            if (on_holiday(other, quarter, day) && !on_holiday(*this, quarter, day)) return false;
    return true;
}

std::string WeeklySchedule::text() const {
    return print(quarters_) + (holidays_ ? print(*holidays_) : std::string());
}

std::optional<WeeklySchedule> WeeklySchedule::parse(std::string_view text) {
    constexpr std::size_t week = quarters_per_week / quarters_per_digit;
    WeeklySchedule schedule;
    if (text.size() > week && !read(text.substr(week), schedule.holidays_.emplace())) return std::nullopt;
    if (!read(text.substr(0, week), schedule.quarters_)) return std::nullopt;
    return schedule;
}

}  // namespace vedette
