#include "gateway/ingest/stream_meter.hpp"

#include <algorithm>
#include <cmath>

namespace vedette::gateway::ingest {

namespace chrono = std::chrono;

namespace {

constexpr double window_seconds = 5;
constexpr std::size_t min_windows = 6;
constexpr std::size_t max_windows = 120;  // ten minutes
constexpr double max_step_seconds = 2;
constexpr unsigned jumps_until_reset = 3;
/// The figure is shown once its standard error is below this, or below a quarter of itself.
constexpr double good_error_ppm = 20;

constexpr std::size_t kept_offsets = 4;
constexpr std::int64_t seconds_1900_to_1970 = 2'208'988'800;
constexpr std::int64_t ntp_era_seconds = std::int64_t{1} << 32;
constexpr double ntp_fraction = 4294967296.0;

}  // namespace

void ClockDrift::sample(double camera_seconds, MonotonicTime arrival) {
    if (!origin_) origin_ = arrival;
    const double at = chrono::duration<double>(arrival - *origin_).count();
    const double lag = at - camera_seconds;
    if (!windows_.empty() && std::abs(lag - last_lag_) > max_step_seconds) {
        if (++jumps_in_a_row_ < jumps_until_reset) return;
        windows_.clear();
    }
    jumps_in_a_row_ = 0;
    last_lag_ = lag;
    if (windows_.empty() || at >= window_end_) {
        windows_.push_back({at, lag});
        window_end_ = at + window_seconds;
        if (windows_.size() > max_windows) windows_.pop_front();
    } else if (lag < windows_.back().lag) {
        windows_.back() = {at, lag};
    }
}

std::optional<double> ClockDrift::ppm() const {
    // The window that is being filled may not have seen its least lag.
    if (windows_.size() < min_windows + 1) return std::nullopt;
    const auto count = static_cast<double>(windows_.size() - 1);
    double mean_at = 0;
    double mean_lag = 0;
    for (std::size_t i = 0; i + 1 < windows_.size(); ++i) {
        mean_at += windows_[i].at / count;
        mean_lag += windows_[i].lag / count;
    }
    double square_at = 0;
    double product = 0;
    double square_lag = 0;
    for (std::size_t i = 0; i + 1 < windows_.size(); ++i) {
        const double at = windows_[i].at - mean_at;
        const double lag = windows_[i].lag - mean_lag;
        square_at += at * at;
        product += at * lag;
        square_lag += lag * lag;
    }
    if (square_at <= 0) return std::nullopt;
    const double slope = product / square_at;
    const double residual = std::max(0.0, square_lag - slope * product);
    const double error_ppm = std::sqrt(residual / (count - 2) / square_at) * 1e6;
    const double ppm = -slope * 1e6;
    if (error_ppm > std::max(good_error_ppm, std::abs(ppm) / 4)) return std::nullopt;
    return ppm;
}

std::optional<Ticks90k> wall_clock_offset(std::uint64_t ntp, UtcTime now) {
    auto seconds = static_cast<std::int64_t>(ntp >> 32);
    // Times below are of the next era, which begins in 2036. Until then they are no wall clock's.
    if (seconds < ntp_era_seconds / 2) {
        const std::int64_t era_begins = ntp_era_seconds - seconds_1900_to_1970;
        if (to_unix_seconds(now) < era_begins - 86'400) return std::nullopt;
        seconds += ntp_era_seconds;
    }
    const double fraction = static_cast<double>(ntp & 0xffff'ffff) / ntp_fraction;
    const UtcTime camera =
        from_unix_seconds(seconds - seconds_1900_to_1970) + Ticks90k(std::llround(fraction * 90'000));
    return camera - now;
}

void StreamMeter::begin_session() {
    drift_.reset();
    key_frame_.reset();
    offsets_.clear();
    figures_.key_frame_interval_seconds.reset();
    figures_.clock_offset.reset();
}

void StreamMeter::picture(std::int64_t time, std::uint32_t clock_rate_hz, bool random_access, Instant now) {
    figures_.last_picture = now.utc;
    if (clock_rate_hz == 0) return;
    const auto rate = static_cast<double>(clock_rate_hz);
    drift_.sample(static_cast<double>(time) / rate, now.monotonic);
    if (!random_access) return;
    if (key_frame_ && time > key_frame_->time)
        figures_.key_frame_interval_seconds = static_cast<double>(time - key_frame_->time) / rate;
    key_frame_ = KeyFrame{time, now.monotonic};
}

void StreamMeter::sender_report(std::uint64_t ntp, UtcTime now) {
    const auto offset = wall_clock_offset(ntp, now);
    if (!offset) return;
    // The camera's clock, or ours, was set.
    if (!offsets_.empty() && chrono::abs(*offset - offsets_.back()) > chrono::seconds(1)) offsets_.clear();
    offsets_.push_back(*offset);
    if (offsets_.size() > kept_offsets) offsets_.pop_front();
    figures_.clock_offset = *std::ranges::max_element(offsets_);
}

StreamFigures StreamMeter::figures(MonotonicTime now) const {
    StreamFigures figures = figures_;
    if (figures.key_frame_interval_seconds && key_frame_)
        figures.key_frame_interval_seconds = std::max(
            *figures.key_frame_interval_seconds, chrono::duration<double>(now - key_frame_->arrived).count());
    figures.clock_drift_ppm = drift_.ppm();
    return figures;
}

}  // namespace vedette::gateway::ingest
