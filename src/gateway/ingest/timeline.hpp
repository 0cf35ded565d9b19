#pragma once
// Where access units of a run stand on the gateway's timeline (docs/design/time.md).

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "media/types.hpp"

namespace vedette::gateway::ingest {

/// Places one run. Durations are the camera's; the anchor is the gateway's clock at the first access unit;
/// from then on the placement follows the gateway's monotonic clock, by at most 500 ppm. One thread.
class Timeline {
  public:
    /// The gateway's clocks, read together.
    struct Instant {
        UtcTime utc;
        MonotonicTime monotonic;
    };

    /// `ahead`: by so much the first access unit is placed after its arrival; the slew takes it back.
    explicit Timeline(std::span<const media::TrackParameters> tracks, Ticks90k ahead = {});

    /// True once the first access unit has set the anchor.
    bool anchored() const { return anchor_.has_value(); }

    /// Tells that an access unit of `track` with RTP time `time` has arrived at `now`. The first one anchors
    /// the run, the first one of another track anchors that track.
    void arrived(std::uint8_t track, std::int64_t time, Instant now);

    /// A sender report: the camera's own statement that `rtp_time` of `track` was at `ntp` (NTP 32.32). With
    /// one of each track the tracks are aligned exactly, at the next adjust().
    void sender_report(std::uint8_t track, std::uint64_t ntp, std::int64_t rtp_time);

    /// Where `time` of `track` stands. The track must have arrived() before. Constant between two adjust().
    UtcTime place(std::uint8_t track, std::int64_t time) const;

    /// The camera's time since the run's first access unit.
    CameraTime camera_time(std::uint8_t track, std::int64_t time) const;

    /// Between two fragments: slews towards the gateway's clock.
    void adjust(Instant now);

    /// Why the run can't go on: the gateway's wall clock was set, or the camera's clock jumped. Empty: it
    /// can.
    std::string_view broken(std::uint8_t track, std::int64_t time, Instant now) const;

  private:
    struct Track {
        std::uint32_t clock_rate_hz = 90'000;
        std::optional<std::int64_t> first_time;
        std::int64_t latest_time = 0;
        std::optional<Ticks90k> least_spacing;  ///< of two access units that follow each other
        Ticks90k offset{};                      ///< of first_time from the run's anchor, in camera time
        std::optional<std::pair<std::uint64_t, std::int64_t>> report;
        std::optional<Ticks90k> least_lag;  ///< as the timeline's, of this track
    };
    Ticks90k since_anchor(const Track& track, std::int64_t time) const;
    std::optional<Ticks90k> misalignment(std::size_t track) const;
    std::optional<Ticks90k> drift(std::size_t track) const;
    void align_tracks();

    std::vector<Track> tracks_;
    std::optional<Instant> anchor_;
    Ticks90k slew_;                      ///< added to every placement
    std::optional<Ticks90k> least_lag_;  ///< arrival minus placement, its minimum since the last adjust()
    MonotonicTime adjusted_{};
};

}  // namespace vedette::gateway::ingest
