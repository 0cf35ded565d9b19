#include "gateway/storage_forecast.hpp"

#include <algorithm>

namespace vedette::gateway {

namespace {

using Seconds = std::chrono::duration<double>;
constexpr Seconds memory = std::chrono::hours(1);
constexpr Seconds least_seen = std::chrono::minutes(1);
constexpr double seconds_of_day = 86'400;

}  // namespace

void StorageForecast::see(MonotonicTime now, std::uint64_t written) {
    if (first_ && now > last_) {
        const Seconds passed = now - last_;
        const Seconds seen = now - *first_;
        const double rate = static_cast<double>(written - written_) / passed.count();
        bytes_per_second_ += (rate - bytes_per_second_) * (passed / std::min(seen, std::max(memory, passed)));
    }
    if (!first_) first_ = now;
    last_ = now;
    written_ = written;
}

std::optional<double> StorageForecast::days(std::uint64_t room_bytes) const {
    if (!first_ || last_ - *first_ < least_seen || bytes_per_second_ < 1) return std::nullopt;
    return static_cast<double>(room_bytes) / bytes_per_second_ / seconds_of_day;
}

}  // namespace vedette::gateway
