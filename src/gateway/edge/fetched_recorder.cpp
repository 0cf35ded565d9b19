#include "gateway/edge/fetched_recorder.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "media/fmp4.hpp"

namespace vedette::gateway::edge {

namespace {

constexpr Ticks90k tolerance = std::chrono::milliseconds(10);     // less than a picture's time
constexpr Ticks90k longest_recognised = std::chrono::seconds(3);  // that the camera's clock may be off
constexpr Ticks90k largest_step = std::chrono::seconds(1);        // of two pictures in one run
constexpr Ticks90k longest_late =
    std::chrono::seconds(1);            // behind the gap's end, and still before live_again
constexpr std::size_t max_late = 64;    // pictures
constexpr std::size_t max_times = 256;  // of frames whose access unit is still to come

Ticks90k to_ticks(std::int64_t time, std::uint32_t rate) {
    return Ticks90k(time / rate * 90'000 + time % rate * 90'000 / rate);
}

UtcTime end_of(const ingest::Fragment& fragment) {
    return fragment.start + fragment.duration;
}

}  // namespace

std::optional<crypto::Sha256Digest> first_picture(ByteView fragment) {
    const auto parsed = media::parse_fragment(fragment);
    if (!parsed || parsed->samples.empty()) return std::nullopt;
    const auto& [sample, offset] = parsed->samples.front();
    if (!sample.random_access || offset + std::size_t{sample.size} > fragment.size()) return std::nullopt;
    return crypto::sha256(fragment.subspan(offset, sample.size));
}

FetchedRecorder::FetchedRecorder(GapToFill gap, KnownPictures known, vault::Vault& vault)
    : gap_(gap), known_(std::move(known)), vault_(vault) {
    filled_.until = gap_.interval.start;
}

void FetchedRecorder::fail_with(Error error) {
    error_ = std::move(error);
    done_ = true;
}

void FetchedRecorder::on_event(rtsp::ClientEvent event) {
    if (done_) return;
    if (const auto* described = std::get_if<rtsp::Described>(&event)) {
        tracks_.clear();
        for (const auto& track : described->tracks) tracks_.push_back({.parameters = track.parameters});
    } else if (const auto* refused = std::get_if<rtsp::TrackRefused>(&event)) {
        tracks_.at(refused->track).refused = true;
    } else if (auto* change = std::get_if<rtsp::ParametersChanged>(&event)) {
        Track& track = tracks_.at(change->track);
        if (track.parameters == change->parameters) return;
        end_run();
        track.parameters = std::move(change->parameters);
    } else if (const auto* time = std::get_if<rtsp::ReplayTime>(&event)) {
        Track& track = tracks_.at(time->track);
        track.times.push_back(*time);
        if (track.times.size() > max_times) track.times.pop_front();
        if (time->track != 0) return;
        discontinuity_ |= time->extension.discontinuity;
        last_announced_ = time->extension.end || time->extension.terminal;
    } else if (auto* unit = std::get_if<media::AccessUnit>(&event)) {
        take(std::move(*unit));
    }
}

// The frame's own time, or that of the one before it and the distance by RTP.
std::optional<UtcTime> FetchedRecorder::place(Track& track, const media::AccessUnit& unit) const {
    const std::int64_t rtp_time = unit.time + unit.presentation_offset;
    const auto found = std::ranges::find_if(track.times.rbegin(), track.times.rend(),
                                            [&](const auto& t) { return t.rtp_time <= rtp_time; });
    if (found == track.times.rend()) return std::nullopt;
    return rtsp::utc_of_ntp(found->extension.ntp) - gap_.clock_offset + shift_ +
           to_ticks(unit.time - found->rtp_time, track.parameters->clock_rate_hz);
}

void FetchedRecorder::take(media::AccessUnit unit) {
    Track& track = tracks_.at(unit.track);
    payload_bytes_ += unit.data->size();
    if (track.refused || !track.parameters) return;
    auto placed = place(track, unit);
    const bool video = unit.track == 0;
    if (!placed && video)
        return fail_with({ErrorKind::unsupported,
                          "the camera does not say when it recorded the pictures that it replays"});
    if (!placed) return;
    if (video && !take_video(unit, *placed)) return;
    if (!fragmenter_ || (!video && *placed >= gap_.interval.end)) return;
    record(track, std::move(unit), *placed);
}

void FetchedRecorder::record(Track& track, media::AccessUnit unit, UtcTime placed) {
    // Times of a track grow, whatever the camera says.
    if (track.last && placed <= *track.last) placed = *track.last + Ticks90k(1);
    track.last = placed;
    track.last_time = unit.time;
    unit.track = track.recorded_as;
    ingest::PlacedAccessUnit next{std::move(unit), placed, CameraTime(placed - run_start_)};
    if (fragmenter_->ends_before(next)) hold(fragmenter_->close_before(next));
    if (fragmenter_) fragmenter_->add(std::move(next));
}

// Where live recording went on is known to the picture; what the camera's times say of it is a little off.
bool FetchedRecorder::is_live_again(const media::AccessUnit& unit, UtcTime placed) const {
    return unit.random_access && gap_.live_again &&
           std::chrono::abs(placed - gap_.interval.end) <= longest_recognised &&
           crypto::sha256(*unit.data) == *gap_.live_again;
}

bool FetchedRecorder::may_come_before_live(const media::AccessUnit& unit, UtcTime placed) const {
    return gap_.live_again && fragmenter_ && !unit.random_access && late_.size() < max_late &&
           placed < gap_.interval.end + longest_late;
}

// The pictures that were placed too late keep their order before it, a tick apart; the last one lasts until
// it.
void FetchedRecorder::end_where_live_begins(media::AccessUnit live) {
    Track& track = tracks_[0];
    const UtcTime end = gap_.interval.end;
    const auto time_at = [&](UtcTime placed) {
        const auto rate = std::int64_t{track.parameters->clock_rate_hz};
        return track.last_time + (placed - *track.last).count() * rate / 90'000;
    };
    auto before = static_cast<std::int64_t>(late_.size());
    for (media::AccessUnit& unit : std::exchange(late_, {})) {
        if (!fragmenter_ || !track.last) return;
        const UtcTime latest = end - Ticks90k(before--);
        const UtcTime placed =
            std::max(std::min(place(track, unit).value_or(latest), latest), *track.last + Ticks90k(1));
        unit.time = time_at(placed);
        record(track, std::move(unit), placed);
    }
    if (!fragmenter_ || fragmenter_->empty() || !track.last || *track.last >= end) return;
    live.time = time_at(end);
    live.track = track.recorded_as;
    hold(fragmenter_->close_before({std::move(live), end, CameraTime(end - run_start_)}));
}

// False when the picture is not recorded.
bool FetchedRecorder::take_video(media::AccessUnit& unit, UtcTime& placed) {
    const auto& last = tracks_[0].last;
    const bool jumped = last && std::chrono::abs(placed - *last) > largest_step;
    if (fragmenter_ && (std::exchange(discontinuity_, false) || jumped)) end_run();
    if (unit.random_access) recognise(unit, placed);
    const bool is_late = placed + tolerance >= gap_.interval.end;
    if (is_live_again(unit, placed)) {
        end_where_live_begins(std::move(unit));
        finish();
        return false;
    }
    if (is_late && may_come_before_live(unit, placed)) {
        late_.push_back(std::move(unit));
        return false;
    }
    if (is_late) {
        finish();
        return false;
    }
    if (!unit.random_access) return fragmenter_.has_value();
    if (placed <= gap_.interval.start + tolerance) {
        // A whole group of pictures lies before the gap: it was recorded live.
        held_.clear();
        fragmenter_.reset();
    }
    if (!fragmenter_) begin_run(placed);
    return fragmenter_.has_value();
}

// The very same picture was recorded live: this is where it stands, whatever the camera's clock says.
void FetchedRecorder::recognise(const media::AccessUnit& unit, UtcTime& placed) {
    if (filled_.recognised || known_.empty()) return;
    const auto [begin, end] = known_.equal_range(crypto::sha256(*unit.data));
    std::optional<Ticks90k> nearest;
    for (auto it = begin; it != end; ++it) {
        const Ticks90k off = it->second - placed;
        if (!nearest || std::chrono::abs(off) < std::chrono::abs(*nearest)) nearest = off;
    }
    if (!nearest || std::chrono::abs(*nearest) > longest_recognised) return;
    filled_.recognised = true;
    shift_ = *nearest;
    placed += shift_;
    // Nothing is stored yet; the group of pictures that is being collected was placed otherwise.
    held_.clear();
    fragmenter_.reset();
    for (Track& track : tracks_) track.last.reset();
}

void FetchedRecorder::begin_run(UtcTime placed) {
    recorded_.clear();
    for (Track& track : tracks_) {
        if (track.refused || !track.parameters) continue;
        track.recorded_as = static_cast<std::uint8_t>(recorded_.size());
        track.last.reset();
        recorded_.push_back(*track.parameters);
    }
    run_start_ = placed;
    run_.reset();
    fragmenter_.emplace(recorded_);
}

void FetchedRecorder::end_run() {
    if (fragmenter_ && !fragmenter_->empty()) hold(fragmenter_->close());
    fragmenter_.reset();
    held_.clear();
    late_.clear();
    run_.reset();
    for (Track& track : tracks_) track.last.reset();
}

void FetchedRecorder::hold(Result<ingest::Fragment> fragment) {
    if (!fragment) return fail_with(std::move(fragment).error());
    held_.push_back(std::move(*fragment));
    if (end_of(held_.back()) <= gap_.interval.start + tolerance) return;
    for (ingest::Fragment& one : std::exchange(held_, {}))
        if (!done_) store(std::move(one));
}

void FetchedRecorder::store(ingest::Fragment fragment) {
    const vault::StreamKey key = vault::fetched_of(gap_.live);
    const Ticks90k duration = std::min(fragment.duration, gap_.interval.end - fragment.start);
    if (duration <= Ticks90k(0)) return;
    if (!run_) {
        auto init = media::init_segment(recorded_);
        if (!init) return fail_with(std::move(init).error());
        const auto run =
            vault_.begin_run(key, std::make_shared<const Bytes>(std::move(*init)), gap_.fetched_at);
        if (!run) return fail_with(run.error());
        run_ = *run;
    }
    vault::Fragment sealed{.stream = key,
                           .run = *run_,
                           .start = fragment.start,
                           .duration = duration,
                           .camera_time = fragment.camera_start,
                           .pieces = {},
                           .clear = std::move(fragment.clear)};
    for (const auto& piece : fragment.pieces) sealed.pieces.push_back({piece, *piece});
    if (auto stored = vault_.append(std::move(sealed)); !stored) return fail_with(stored.error());
    ++filled_.fragments;
    filled_.until = std::max(filled_.until, fragment.start + duration);
}

void FetchedRecorder::finish() {
    if (!done_) end_run();
    done_ = true;
}

}  // namespace vedette::gateway::edge
