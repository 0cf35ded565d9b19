#include "hub/api/json_output.hpp"

#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "hub/api/json_access.hpp"

namespace vedette::hub::api {

namespace json = boost::json;

namespace {

// JSON has no infinity; a figure that is none is shown as zero.
double finite(double value) {
    return std::isfinite(value) ? value : 0.0;
}

json::object interval_json(const UtcInterval& interval) {
    return {{"start_90k", ticks(interval.start)}, {"end_90k", ticks(interval.end)}};
}

json::object track_json(const media::TrackParameters& track) {
    json::object out{{"codec", media::to_string(track.codec)}, {"rfc6381", track.rfc6381}};
    if (track.is_video()) {
        out["width"] = track.width;
        out["height"] = track.height;
    } else if (track.kind() == media::MediaKind::audio) {
        out["sample_rate_hz"] = track.sample_rate_hz;
        out["channels"] = track.channels;
    }
    return out;
}

json::array tracks_json(const std::vector<media::TrackParameters>& tracks) {
    json::array out;
    for (const media::TrackParameters& track : tracks) out.push_back(track_json(track));
    return out;
}

json::value certificate_json(const std::optional<wire::CertificateStatus>& certificate) {
    if (!certificate) return nullptr;
    return json::object{{"authorised", certificate->authorised},
                        {"fingerprint", certificate->fingerprint},
                        {"offered", certificate->offered}};
}

json::value signature_json(const std::optional<wire::SignatureStatus>& signature) {
    if (!signature) return nullptr;
    json::object fragments;
    for (std::uint8_t i = 1; i < media::authenticities; ++i)
        fragments[media::to_string(static_cast<media::Authenticity>(i))] = signature->fragments[i];
    json::value not_authentic = nullptr;
    if (signature->not_authentic_at) not_authentic = ticks(*signature->not_authentic_at);
    return json::object{{"last", media::to_string(signature->last)},
                        {"key", signature->key},
                        {"trusted", signature->trusted},
                        {"fragments", std::move(fragments)},
                        {"not_authentic_at_90k", not_authentic}};
}

json::object recording_json(const wire::RecordingPlan& plan) {
    json::array kinds;
    for (std::uint8_t kind = 0; kind < wire::event_kind_count; ++kind)
        if (plan.event_kinds[kind]) kinds.emplace_back(wire::to_string(static_cast<wire::EventKind>(kind)));
    return {{"continuous", plan.continuous.text()},
            {"on_event", plan.on_event.text()},
            {"pre_roll_s", plan.pre_roll.count()},
            {"post_roll_s", plan.post_roll.count()},
            {"event_kinds", std::move(kinds)}};
}

json::object recording_now_json(const wire::RecordingNow& now) {
    return {{"mode", wire::to_string(now.mode)},
            {"wanted", now.wanted},
            {"trouble", now.trouble},
            {"message", now.message}};
}

json::object gap_filling_json(const wire::GapFilling& filling) {
    return {{"state", wire::to_string(filling.state)}, {"message", filling.message}};
}

template <class Value>
json::value or_null(const std::optional<Value>& value) {
    if (!value) return nullptr;
    return *value;
}

json::object health_json(const wire::StreamHealth& health) {
    json::value last_picture = nullptr;
    if (health.last_picture) last_picture = ticks(*health.last_picture);
    json::value offset = nullptr;
    if (health.clock_offset) offset = std::chrono::duration<double>(*health.clock_offset).count();
    return {{"damaged_pictures", health.damaged_pictures},
            {"refused_packets", health.refused_packets},
            {"reconnects", health.reconnects},
            {"last_picture_90k", last_picture},
            {"key_frame_interval_seconds", or_null(health.key_frame_interval_seconds)},
            {"clock_drift_ppm", or_null(health.clock_drift_ppm)},
            {"clock_offset_seconds", offset}};
}

json::object stream_json(const wire::StreamStatus& stream) {
    return {{"kind", media::to_string(stream.kind)},
            {"state", wire::to_string(stream.state)},
            {"reason", stream.reason},
            {"since_90k", ticks(stream.since)},
            {"bits_per_second", finite(stream.bits_per_second)},
            {"frames_per_second", finite(stream.frames_per_second)},
            {"tracks", tracks_json(stream.tracks)},
            {"transport", stream.transport},
            {"lost_packets", stream.lost_packets},
            {"reordered_packets", stream.reordered_packets},
            {"certificate", certificate_json(stream.certificate)},
            {"signature", signature_json(stream.signature)},
            {"health", health_json(stream.health)}};
}

}  // namespace

json::object to_json(const wire::CameraStatus& status, policy::RightSet rights) {
    json::array streams;
    for (const wire::StreamStatus& stream : status.streams) streams.push_back(stream_json(stream));
    json::object out{{"id", status.id.text()},
                     {"name", status.name},
                     {"transport", status.transport},
                     {"allow_basic_in_clear", status.allow_basic_in_clear},
                     {"allow_legacy_tls", status.allow_legacy_tls},
                     {"fill_gaps", status.fill_gaps},
                     {"keep_days", or_null(status.keep_days)},
                     {"keep_bytes", or_null(status.keep_bytes)},
                     {"inherited_keep", to_json(status.inherited_keep)},
                     {"encryption", wire::to_string(status.encryption)},
                     {"place", status.place},
                     {"recording", recording_json(status.recording)},
                     {"recording_now", recording_now_json(status.recording_now)},
                     {"gap_filling", gap_filling_json(status.gap_filling)},
                     {"talking", status.talking},
                     {"streams", std::move(streams)}};
    out["rights"] = to_json(rights);
    if (!rights.contains(policy::Right::configure_cameras)) return out;
    out["main_url"] = status.main_url;
    out["sub_url"] = status.sub_url;
    out["username"] = status.username;
    out["has_password"] = status.has_password;
    if (status.device) out["device"] = to_json(*status.device);
    return out;
}

json::object to_json(const wire::StateChange& change) {
    return {{"stream", media::to_string(change.stream)},
            {"state", wire::to_string(change.state)},
            {"reason", change.reason},
            {"at_90k", ticks(change.at)}};
}

json::object to_json(const wire::StateHistory& history) {
    json::array changes;
    for (const wire::StateChange& change : history.changes) changes.push_back(to_json(change));
    return {{"changes", std::move(changes)}};
}

json::object to_json(const wire::StorageStatus& status) {
    json::object result{{"recording_possible", status.recording_possible},
                        {"reason", status.reason},
                        {"bytes_used", status.bytes_used},
                        {"bytes_free", status.bytes_free},
                        {"warning", status.warning},
                        {"notices", json::array(status.notices.begin(), status.notices.end())},
                        {"damage", json::array(status.damage.begin(), status.damage.end())}};
    if (status.checked) result["checked_90k"] = ticks(*status.checked);
    json::array places;
    for (const wire::PlaceReport& place : status.places)
        places.push_back(json::object{{"name", place.name},
                                      {"state", place.state},
                                      {"records", place.records},
                                      {"message", place.message},
                                      {"bytes_total", place.bytes_total},
                                      {"bytes_free", place.bytes_free}});
    result["places"] = std::move(places);
    if (status.days_that_fit) result["days_that_fit"] = *status.days_that_fit;
    return result;
}

json::object to_json(const wire::SiteSettings& settings) {
    return {{"only_trusted_certificates", settings.only_trusted_certificates}};
}

json::object to_json(const wire::KeepRule& keep) {
    return {{"keep_days", or_null(keep.keep_days)}, {"keep_bytes", or_null(keep.keep_bytes)}};
}

json::object to_json(const wire::TestReport& report) {
    json::array streams;
    for (const wire::StreamTest& test : report.streams)
        streams.push_back(json::object{{"kind", media::to_string(test.kind)},
                                       {"ok", test.ok},
                                       {"message", test.message},
                                       {"tracks", tracks_json(test.tracks)}});
    return {{"streams", std::move(streams)}};
}

json::object to_json(const wire::RecorderEvent& event) {
    if (event.kind == wire::RecorderEvent::Kind::clock_step)
        return {{"kind", "clock_step"},
                {"at_90k", ticks(event.at)},
                {"from_90k", ticks(event.since)},
                {"noticed", event.noticed},
                {"clock", event.clock}};
    return {{"kind", "start"},        {"at_90k", ticks(event.at)}, {"idle_since_90k", ticks(event.since)},
            {"before", event.before}, {"version", event.version},  {"clock", event.clock}};
}

json::object to_json(const wire::Recordings& recordings) {
    json::array ranges;
    for (const wire::RecordedRange& range : recordings.ranges) {
        json::object out = interval_json(range.interval);
        out["source"] = range.fetched_at ? "camera_storage" : "live";
        if (range.fetched_at) out["fetched_90k"] = ticks(*range.fetched_at);
        out["encryption"] = wire::to_string(range.encryption);
        ranges.push_back(std::move(out));
    }
    json::array gaps;
    for (const wire::RecordedGap& gap : recordings.gaps) {
        json::object out = interval_json(gap.interval);
        out["reason"] = gap.reason;
        out["by_plan"] = gap.by_plan;
        if (!gap.not_filled.empty()) out["not_filled"] = gap.not_filled;
        gaps.push_back(std::move(out));
    }
    json::value extent = nullptr;
    if (recordings.extent) extent = interval_json(*recordings.extent);
    json::array deleted;
    for (const wire::DeletedRange& range : recordings.deleted) {
        json::object out = interval_json(range.interval);
        out["rule"] = wire::to_string(range.rule);
        out["value"] = range.value;
        out["deleted_90k"] = ticks(range.deleted_at);
        deleted.push_back(std::move(out));
    }
    json::array events;
    for (const wire::RecorderEvent& event : recordings.events) events.push_back(to_json(event));
    return {{"ranges", std::move(ranges)},
            {"gaps", std::move(gaps)},
            {"deleted", std::move(deleted)},
            {"recorder_events", std::move(events)},
            {"extent", std::move(extent)}};
}

json::object to_json(const wire::Hold& hold) {
    json::value end = nullptr;
    if (hold.end) end = ticks(*hold.end);
    return {{"id", hold.id},         {"start_90k", ticks(hold.start)}, {"end_90k", end},
            {"reason", hold.reason}, {"placed_by", hold.placed_by},    {"placed_90k", ticks(hold.placed_at)}};
}

json::object to_json(const wire::HoldList& list) {
    json::array holds;
    for (const wire::Hold& hold : list.holds) holds.push_back(to_json(hold));
    return {{"holds", std::move(holds)}};
}

net::Response no_content() {
    return {.status = 204, .headers = {}, .body = std::string(), .upgrade = {}};
}

net::Response json_response(unsigned status, const json::object& document) {
    return {.status = status,
            .headers = {{"Content-Type", "application/json"}},
            .body = json::serialize(document),
            .upgrade = {}};
}

}  // namespace vedette::hub::api
