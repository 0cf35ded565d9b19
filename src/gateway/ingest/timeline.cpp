#include "gateway/ingest/timeline.hpp"

#include <algorithm>
#include <cmath>

namespace vedette::gateway::ingest {

namespace chrono = std::chrono;

namespace {

constexpr Ticks90k max_lag = chrono::seconds(10);  // a camera's clock that is farther off has jumped
constexpr Ticks90k max_wall_step =
    chrono::seconds(1);                      // more than NTP slews in a run: somebody set the clock
constexpr std::int64_t slew_divisor = 2000;  // 500 ppm
constexpr Ticks90k max_drift =
    chrono::milliseconds(250);  // between tracks that nobody aligns: less is the network
constexpr Ticks90k max_track_skew = chrono::seconds(2);  // a sender report that claims more is not believed

Ticks90k elapsed(MonotonicTime from, MonotonicTime to) {
    return chrono::duration_cast<Ticks90k>(to - from);
}

Ticks90k to_ticks(std::int64_t time, std::uint32_t rate) {
    // 64 bits last for years at any sane clock rate; rounding is to the nearest tick and never accumulates.
    if (rate == 90'000) return Ticks90k(time);
    const auto whole = time / rate;
    const auto rest = time % rate;
    return Ticks90k(whole * 90'000 +
                    (rest * 90'000 + (rest < 0 ? -1 : 1) * static_cast<std::int64_t>(rate) / 2) / rate);
}

}  // namespace

Timeline::Timeline(std::span<const media::TrackParameters> tracks, Ticks90k ahead) : slew_(ahead) {
    for (const auto& track : tracks)
        tracks_.push_back({.clock_rate_hz = track.clock_rate_hz,
                           .first_time = {},
                           .least_spacing = {},
                           .report = {},
                           .least_lag = {}});
}

Ticks90k Timeline::since_anchor(const Track& track, std::int64_t time) const {
    return track.offset + to_ticks(time - track.first_time.value_or(time), track.clock_rate_hz);
}

void Timeline::arrived(std::uint8_t index, std::int64_t time, Instant now) {
    Track& track = tracks_.at(index);
    if (!anchor_) {
        anchor_ = now;
        adjusted_ = now.monotonic;
    }
    if (!track.first_time) {
        track.first_time = time;
        track.offset = elapsed(anchor_->monotonic, now.monotonic);
        track.offset += misalignment(index).value_or(Ticks90k{});  // nothing of this track is placed yet
    } else if (const Ticks90k spacing = to_ticks(time - track.latest_time, track.clock_rate_hz);
               spacing > Ticks90k{}) {
        track.least_spacing = std::min(track.least_spacing.value_or(spacing), spacing);
    }
    track.latest_time = time;
    const Ticks90k lag = elapsed(anchor_->monotonic, now.monotonic) - since_anchor(track, time) - slew_;
    least_lag_ = std::min(least_lag_.value_or(lag), lag);
    track.least_lag = std::min(track.least_lag.value_or(lag), lag);
}

void Timeline::sender_report(std::uint8_t index, std::uint64_t ntp, std::int64_t rtp_time) {
    tracks_.at(index).report = {ntp, rtp_time};
}

UtcTime Timeline::place(std::uint8_t track, std::int64_t time) const {
    return anchor_->utc + since_anchor(tracks_.at(track), time) + slew_;
}

CameraTime Timeline::camera_time(std::uint8_t track, std::int64_t time) const {
    return CameraTime(since_anchor(tracks_.at(track), time));
}

// How far `index` is from where the sender reports say it belongs.
std::optional<Ticks90k> Timeline::misalignment(std::size_t index) const {
    const Track& reference = tracks_.front();
    const Track& track = tracks_.at(index);
    if (index == 0 || !reference.report || !reference.first_time || !track.report || !track.first_time)
        return std::nullopt;
    // NTP 32.32 to ticks; the difference of two reports is small, whatever the camera thinks the date is.
    const auto ntp_difference = static_cast<std::int64_t>(track.report->first - reference.report->first);
    const Ticks90k apart(std::llround(static_cast<double>(ntp_difference) * 90'000.0 / 4294967296.0));
    const Ticks90k error =
        since_anchor(reference, reference.report->second) + apart - since_anchor(track, track.report->second);
    if (chrono::abs(error) > max_track_skew) return std::nullopt;
    return error;
}

// Without sender reports arrival tells, roughly: by more than max_drift a track has a clock of its own (quirk
// 62).
std::optional<Ticks90k> Timeline::drift(std::size_t index) const {
    const Track& reference = tracks_.front();
    const Track& track = tracks_.at(index);
    if (index == 0 || !reference.least_lag || !track.least_lag) return std::nullopt;
    const Ticks90k apart = *track.least_lag - *reference.least_lag;
    return chrono::abs(apart) > max_drift ? std::optional(apart) : std::nullopt;
}

// Forward at once. Backward by less than the distance of two access units at a time: the times of a track
// must go on growing over the border of two fragments.
void Timeline::align_tracks() {
    for (std::size_t i = 1; i < tracks_.size(); ++i) {
        Track& track = tracks_[i];
        const auto aligned = misalignment(i);
        if (const auto error = aligned ? aligned : drift(i))
            track.offset += std::max(*error, -track.least_spacing.value_or(Ticks90k{}) / 2);
    }
}

void Timeline::adjust(Instant now) {
    align_tracks();
    for (Track& track : tracks_) track.least_lag.reset();
    if (!least_lag_) return;
    const Ticks90k limit = elapsed(adjusted_, now.monotonic) / slew_divisor;
    slew_ += std::clamp(*least_lag_, -limit, limit);
    adjusted_ = now.monotonic;
    least_lag_.reset();
}

std::string_view Timeline::broken(std::uint8_t index, std::int64_t time, Instant now) const {
    if (!anchor_) return {};
    const Ticks90k running = elapsed(anchor_->monotonic, now.monotonic);
    if (chrono::abs(now.utc - anchor_->utc - running) > max_wall_step) return "the gateway's clock was set";
    const Track& track = tracks_.at(index);
    if (track.first_time && chrono::abs(running - since_anchor(track, time) - slew_) > max_lag)
        return "the camera's clock jumped";
    return {};
}

}  // namespace vedette::gateway::ingest
