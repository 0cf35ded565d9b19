#include "base/time.hpp"

#include <ctime>

#include <fmt/chrono.h>

namespace vedette {

namespace chrono = std::chrono;

UtcTime SystemClock::utc_now() const {
    // By way of microseconds: nanoseconds since 1970 times 9 leave 64 bits.
    const auto now = chrono::floor<chrono::microseconds>(chrono::system_clock::now().time_since_epoch());
    return UtcTime(chrono::duration_cast<Ticks90k>(now));
}

MonotonicTime SystemClock::monotonic_now() const {
    return chrono::steady_clock::now();
}

void SimulatedClock::advance(Ticks90k by) {
    utc_ += by;
    monotonic_ += chrono::duration_cast<chrono::steady_clock::duration>(by);
}

std::string to_rfc3339(UtcTime time) {
    const auto ms = chrono::floor<chrono::milliseconds>(time.time_since_epoch());
    const auto seconds = chrono::floor<chrono::seconds>(ms);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(seconds.count())),
                       (ms - seconds).count());
}

Result<UtcTime> parse_rfc3339(std::string_view text) {
    const auto wrong = [&] {
        return fail(ErrorKind::invalid_input, "\"{}\" is no time as RFC 3339 has it: 2026-11-21T01:35:06Z",
                    text);
    };
    const std::string terminated(text);
    std::tm fields{};
    const char* rest = ::strptime(terminated.c_str(), "%Y-%m-%dT%H:%M:%S", &fields);
    if (rest == nullptr || fields.tm_sec > 59) return wrong();
    const std::int64_t seconds = ::timegm(&fields);
    std::int64_t nanoseconds = 0;
    if (*rest == '.') {
        std::int64_t unit = 1'000'000'000;
        for (++rest; *rest >= '0' && *rest <= '9' && unit > 1; ++rest)
            nanoseconds += (*rest - '0') * (unit /= 10);
        if (unit == 1'000'000'000) return wrong();
    }
    std::tm zone{};
    const bool is_numeric =
        (*rest == '+' || *rest == '-') && std::string_view(rest).size() == 6 && rest[3] == ':';
    if (std::string_view(rest) != "Z" && !is_numeric) return wrong();
    const char* const end = ::strptime(rest, "%z", &zone);
    if (end == nullptr || *end != '\0') return wrong();
    return UtcTime(chrono::seconds(seconds - zone.tm_gmtoff)) + Ticks90k(nanoseconds * 9 / 100'000);
}

std::string to_date_text(chrono::year_month_day day) {
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                       static_cast<unsigned>(day.day()));
}

Result<chrono::year_month_day> parse_date(std::string_view text) {
    // The 30th of February becomes the 2nd of March, which reads otherwise.
    if (const auto midnight = parse_rfc3339(std::string(text) + "T00:00:00Z")) {
        const chrono::year_month_day day(
            chrono::sys_days(chrono::floor<chrono::days>(midnight->time_since_epoch())));
        if (to_date_text(day) == text) return day;
    }
    return fail(ErrorKind::invalid_input, "\"{}\" is no day as RFC 3339 has it: 2026-11-21", text);
}

std::int64_t to_unix_seconds(UtcTime time) {
    return chrono::floor<chrono::seconds>(time.time_since_epoch()).count();
}

UtcTime from_unix_seconds(std::int64_t seconds) {
    return UtcTime(chrono::seconds(seconds));
}

std::int32_t utc_day(UtcTime time) {
    return static_cast<std::int32_t>(chrono::floor<chrono::days>(time.time_since_epoch()).count());
}

}  // namespace vedette
