#include "base/time.hpp"

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
