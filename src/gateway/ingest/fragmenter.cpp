#include "gateway/ingest/fragmenter.hpp"

#include <algorithm>
#include <optional>

namespace vedette::gateway::ingest {

Fragmenter::Fragmenter(std::vector<media::TrackParameters> tracks) {
    for (const auto& track : tracks) {
        tracks_.push_back({.timescale = media::timescale(track),
                           .clock_rate_hz = track.clock_rate_hz,
                           .usual_duration = media::usual_duration(track),
                           .clear_parts = media::ClearParts(track)});
    }
    const auto video = std::ranges::find_if(tracks, &media::TrackParameters::is_video);
    video_leads_ = video != tracks.end();
    if (video_leads_) leading_track_ = static_cast<std::uint8_t>(video - tracks.begin());
}

bool Fragmenter::ends_before(const PlacedAccessUnit& next) const {
    if (units_.empty()) return false;
    if (payload_bytes_ + next.unit.data->size() > max_fragment_payload_bytes ||
        units_.size() >= media::max_fragment_samples)
        return true;
    const Ticks90k length = next.start - units_.front().start;
    if (next.unit.track != leading_track_) return length > max_fragment_duration + std::chrono::seconds(1);
    if (length >= max_fragment_duration) return true;
    const bool has_leading =
        std::ranges::any_of(units_, [&](const auto& u) { return u.unit.track == leading_track_; });
    // Every audio frame is a random-access point; where audio leads, a fragment lasts 2 s.
    return next.unit.random_access && has_leading && (video_leads_ || length >= std::chrono::seconds(2));
}

void Fragmenter::add(PlacedAccessUnit unit) {
    payload_bytes_ += unit.unit.data->size();
    units_.push_back(std::move(unit));
}

// Durations come from the camera's clock. A clock that stands still or goes back a little is taken as the
// smallest step forward, so that every access unit keeps its place.
std::vector<media::Sample> Fragmenter::samples(const PlacedAccessUnit* next) {
    std::vector<media::Sample> result(units_.size());
    std::vector<std::optional<std::size_t>> latest(tracks_.size());
    const auto finish = [&](std::size_t index, std::int64_t end_time) {
        Track& track = tracks_[units_[index].unit.track];
        const std::int64_t clock_units = std::max<std::int64_t>(end_time - units_[index].unit.time, 1);
        const std::int64_t duration = std::clamp<std::int64_t>(
            clock_units * track.timescale / track.clock_rate_hz, 1, 60ll * track.timescale);
        result[index].duration = static_cast<std::uint32_t>(duration);
        track.usual_duration = result[index].duration;
    };
    for (std::size_t i = 0; i < units_.size(); ++i) {
        const auto& unit = units_[i].unit;
        const Track& track = tracks_[unit.track];
        result[i] = {.track = unit.track,
                     .random_access = unit.random_access,
                     .decode_time = media::decode_time(units_[i].start, track.timescale),
                     .duration = 0,
                     .size = static_cast<std::uint32_t>(unit.data->size()),
                     .composition_offset = static_cast<std::int32_t>(std::int64_t{unit.presentation_offset} *
                                                                     track.timescale / track.clock_rate_hz)};
        auto& before = latest[unit.track];
        if (before) finish(*before, unit.time);
        before = i;
    }
    for (std::size_t t = 0; t < tracks_.size(); ++t) {
        if (!latest[t]) continue;
        if (next != nullptr && next->unit.track == t)
            finish(*latest[t], next->unit.time);
        else
            result[*latest[t]].duration = tracks_[t].usual_duration;
    }
    return result;
}

Result<Fragment> Fragmenter::build(const PlacedAccessUnit* next) {
    const auto first = std::ranges::find_if(
        units_, [&](const PlacedAccessUnit& u) { return u.unit.track == leading_track_; });
    const PlacedAccessUnit& lead = first != units_.end() ? *first : units_.front();
    const auto list = samples(next);
    VEDETTE_TRY(media::FragmentHeader header, media::fragment_header(++sequence_, list));

    // Where pictures come so late that sound has ended the fragment before, theirs begins behind that one.
    const Ticks90k late = end_ ? *end_ - lead.start : Ticks90k{};
    Fragment fragment{.start = lead.start + late,
                      .camera_start = lead.camera_start + late,
                      .random_access = lead.unit.random_access,
                      .first_time = lead.unit.time,
                      .last_time = lead.unit.time,
                      .pieces = {}};
    const auto last = std::ranges::find_if(units_.rbegin(), units_.rend(),
                                           [&](const auto& u) { return u.unit.track == lead.unit.track; });
    fragment.last_time = last->unit.time;
    if (next != nullptr) {
        fragment.duration = next->start - fragment.start;
    } else {
        const Track& track = tracks_[lead.unit.track];
        fragment.duration = last->start - fragment.start +
                            Ticks90k(std::int64_t{track.usual_duration} * 90'000 / track.timescale);
    }
    fragment.duration = std::max(fragment.duration, Ticks90k(1));
    end_ = fragment.start + fragment.duration;
    fragment.pieces.reserve(units_.size() + 1);
    fragment.pieces.push_back(std::make_shared<const Bytes>(std::move(header.bytes)));
    auto at = static_cast<std::uint32_t>(fragment.pieces.front()->size());
    std::vector<media::ByteRange> clear;
    for (const std::uint32_t index : header.order) {
        media::AccessUnit& unit = units_[index].unit;
        tracks_[unit.track].clear_parts.append(*unit.data, at, clear);
        at += static_cast<std::uint32_t>(unit.data->size());
        fragment.pieces.push_back(std::move(unit.data));
    }
    // Beyond any camera's count of slices: the rest is sealed.
    clear.resize(std::min(clear.size(), vault::max_clear_ranges));
    for (const media::ByteRange& range : clear) fragment.clear.push_back({range.offset, range.size});
    units_.clear();
    payload_bytes_ = 0;
    return fragment;
}

Result<Fragment> Fragmenter::close_before(const PlacedAccessUnit& next) {
    return build(&next);
}
Result<Fragment> Fragmenter::close() {
    return build(nullptr);
}

}  // namespace vedette::gateway::ingest
