#include "gateway/ingest/stream_recorder.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace vedette::gateway::ingest {

namespace {

constexpr Ticks90k max_recorded_ahead = std::chrono::seconds(8);  // less than a jump of the camera's clock

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

}  // namespace

StreamRecorder::StreamRecorder(vault::StreamKey key, vault::Vault& vault, const Clock& clock, StreamTap& tap,
                               const RecordingOrders& orders, std::optional<UtcTime> recorded_until)
    : key_(key),
      clock_(clock),
      tap_(tap),
      writer_(key, vault, orders, recorded_until),
      gap_from_(recorded_until) {}

StreamRecorder::~StreamRecorder() {
    end_run();
}

void StreamRecorder::on_event(rtsp::ClientEvent event) {
    std::visit(
        Overloaded{
            [&](const rtsp::Described& described) { describe(described); },
            [&](const rtsp::TrackRefused& refused) { session_tracks_.at(refused.track).refused = true; },
            [&](const rtsp::ParametersChanged& change) { use_parameters(change); },
            [&](media::AccessUnit& unit) { take(std::move(unit)); },
            [&](const rtsp::SenderReport& report) {
                auto& track = session_tracks_.at(report.track);
                track.report = report;
                if (track.parameters && track.parameters->is_video())
                    meter_.sender_report(report.ntp, clock_.utc_now());
                if (timeline_ && in_run_ && !track.refused)
                    timeline_->sender_report(track.recorded_as, report.ntp, report.rtp_time);
            },
            [&](const rtsp::Loss& loss) { counters_.lost_packets += loss.packets; },
            [&](const rtsp::UnitDamaged&) { ++counters_.damaged_units; },
            [&](const media::SignatureVerdict& verdict) { learn(verdict); },
            [](const auto&) {},  // Playing, Redirected and Closed are the pump's
        },
        event);
}

void StreamRecorder::describe(const rtsp::Described& described) {
    end_run();
    signatures_.begin_session(signatures_expected_);
    session_tracks_.clear();
    for (const auto& track : described.tracks) session_tracks_.push_back({.parameters = track.parameters});
    tracks_.clear();
    trouble_.clear();
    waiting_since_.reset();
}

void StreamRecorder::use_parameters(const rtsp::ParametersChanged& change) {
    auto& track = session_tracks_.at(change.track);
    if (track.parameters == change.parameters) return;
    track.parameters = change.parameters;
    end_run();  // decoders need another initialisation segment: the next key frame begins a run
}

// A run begins with the first key frame for which all parameters are known.
bool StreamRecorder::begin_run(const media::AccessUnit& first, UtcTime arrival) {
    const auto& leading = session_tracks_.at(first.track).parameters;
    if (!leading || !leading->is_video() || !first.random_access) return false;
    tracks_.clear();
    for (auto& track : session_tracks_) {
        // Audio whose parameters are not known by the first key frame is left out of this run.
        if (track.refused || !track.parameters) continue;
        track.recorded_as = static_cast<std::uint8_t>(tracks_.size());
        tracks_.push_back(*track.parameters);
    }
    auto init = media::init_segment(tracks_);
    if (!init) {
        trouble_ = init.error().message;
        return false;
    }
    writer_.begin_run(std::make_shared<const Bytes>(std::move(*init)));
    trouble_.clear();
    in_run_ = true;
    // A camera that had fallen behind delivers in a burst, and so has recorded beyond this moment: what comes
    // next stands behind it. More than that, and the clock was set.
    const Ticks90k recorded_ahead = gap_from_.value_or(arrival) - arrival;
    const bool follows = recorded_ahead > Ticks90k{} && recorded_ahead <= max_recorded_ahead;
    timeline_.emplace(tracks_, follows ? recorded_ahead : Ticks90k{});
    for (const auto& track : session_tracks_)
        if (track.report && !track.refused && track.parameters)
            timeline_->sender_report(track.recorded_as, track.report->ntp, track.report->rtp_time);
    fragmenter_.emplace(tracks_);
    clock_guards_.clear();
    for (const auto& track : tracks_) clock_guards_.emplace_back(track.clock_rate_hz);
    tap_.set_tracks(tracks_);
    return true;
}

void StreamRecorder::take(media::AccessUnit unit) {
    const Timeline::Instant arrival = now();
    const auto& track = session_tracks_.at(unit.track);
    const bool video = track.parameters && track.parameters->is_video();
    counters_.payload_bytes += unit.data->size();
    if (video) {
        ++counters_.pictures;
        meter_.picture(unit.time, track.parameters->clock_rate_hz, unit.random_access,
                       {arrival.utc, arrival.monotonic});
    }
    if (track.refused || !track.parameters) return;

    if (in_run_) {
        const auto verdict = clock_guards_.at(track.recorded_as).check(unit.time, arrival.monotonic);
        const auto why = verdict == ClockGuard::Verdict::jumped
                             ? std::string_view("the camera's clock jumped")
                             : timeline_->broken(track.recorded_as, unit.time, arrival);
        // Metadata with a clock of its own is not worth the run.
        if (!why.empty() && track.parameters->kind() == media::MediaKind::metadata) return;
        if (!why.empty()) {
            log::warn("camera {} stream {}: {}; a new run begins", key_.camera.text(), key_.stream, why);
            end_run();
            gap_reason_ = vault::GapReason::clock_step;
            gap_detail_ = why;
        }
    }
    const bool begins = !in_run_;
    if (begins && !begin_run(unit, arrival.utc)) {
        if (video) wait_for_key_frame(arrival.monotonic);
        return;
    }
    waiting_since_.reset();
    if (begins) clock_guards_.at(track.recorded_as).check(unit.time, arrival.monotonic);
    // Pictures that refer to some before the run's first one can't be decoded (H.265 RASL).
    if (unit.random_access && video) skip_leading_ = begins;
    if (unit.skipped_leading && skip_leading_) return;

    unit.track = track.recorded_as;
    timeline_->arrived(unit.track, unit.time, arrival);
    PlacedAccessUnit placed{unit, timeline_->place(unit.track, unit.time),
                            timeline_->camera_time(unit.track, unit.time)};
    if (fragmenter_->ends_before(placed)) {
        timeline_->adjust(arrival);
        placed.start = timeline_->place(unit.track, unit.time);
        store(fragmenter_->close_before(placed));
    }
    if (gap_from_) write_gap(placed.start);
    tap_.push(placed.unit, placed.start);
    fragmenter_->add(std::move(placed));
}

// Silence would look as if nothing came.
void StreamRecorder::wait_for_key_frame(MonotonicTime now) {
    if (!waiting_since_) waiting_since_ = now;
    if (!trouble_.empty() || now - *waiting_since_ < key_frame_patience) return;
    trouble_ = fmt::format(
        "no key frame for {} s: pictures come, and recording can begin with a key frame only; set a key "
        "frame "
        "interval of 1 to 4 s in the camera, and switch its \"smart\" codec off",
        key_frame_patience.count());
    gap_detail_ = "no key frame came";
}

void StreamRecorder::store(Result<Fragment> fragment) {
    if (!fragment) {
        log::error("camera {} stream {}: a fragment can't be made: {}", key_.camera.text(), key_.stream,
                   fragment.error().message);
        return;
    }
    gap_from_ = fragment->start + fragment->duration;
    signatures_.add(std::move(*fragment), clock_.monotonic_now());
    write_judged();
}

void StreamRecorder::learn(const media::SignatureVerdict& verdict) {
    const auto& track = session_tracks_.at(verdict.track);
    if (!track.parameters || !track.parameters->is_video()) return;
    signatures_.learn(verdict);
    const bool is_good = verdict.verdict == media::Authenticity::authentic ||
                         verdict.verdict == media::Authenticity::authentic_with_missing;
    if (is_good) signing_key_ = verdict.key;
    write_judged();
}

void StreamRecorder::append(Fragment fragment) {
    if (fragment.signature == media::Authenticity::not_authentic) {
        // Once for what follows one upon another.
        if (not_authentic_at_ != fragment.start)
            log::warn("camera {} stream {}: the pictures from {} on are not as the camera signed them",
                      key_.camera.text(), key_.stream, to_rfc3339(fragment.start));
        not_authentic_at_ = fragment.start + fragment.duration;
    }
    writer_.append(std::move(fragment));
}

void StreamRecorder::write_judged() {
    while (auto fragment = signatures_.take(clock_.monotonic_now())) append(std::move(*fragment));
}

void StreamRecorder::write_gap(UtcTime until) {
    const UtcInterval interval{*gap_from_, until};
    gap_from_.reset();
    if (!interval.empty()) writer_.append(interval, gap_reason_, gap_detail_);
}

void StreamRecorder::end_run() {
    if (!in_run_) return;
    if (!fragmenter_->empty()) store(fragmenter_->close());
    while (auto fragment = signatures_.take_now()) append(std::move(*fragment));
    in_run_ = false;
    timeline_.reset();
    fragmenter_.reset();
    gap_reason_ = vault::GapReason::bad_media;
    gap_detail_ = "waiting for a key frame";
    tap_.pause();
}

void StreamRecorder::end_session(vault::GapReason reason, std::string detail) {
    end_run();
    meter_.begin_session();
    session_tracks_.clear();
    tracks_.clear();
    // What was owed before, and is not yet written, had another reason.
    if (gap_from_ && gap_reason_ != reason && gap_reason_ == vault::GapReason::not_running) {
        const UtcTime until = clock_.utc_now();
        write_gap(until);
        gap_from_ = until;
    }
    gap_reason_ = reason;
    gap_detail_ = std::move(detail);
}

void StreamRecorder::tick() {
    const UtcTime until = clock_.utc_now();
    if (!in_run_ && gap_from_ &&
        (until - *gap_from_ >= gap_piece || (until > *gap_from_ && writer_.at_border()))) {
        write_gap(until);
        gap_from_ = until;
    }
    write_judged();
    writer_.tick();
}

}  // namespace vedette::gateway::ingest
