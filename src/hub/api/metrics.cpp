#include <array>
#include <cmath>
#include <iterator>

#include "hub/api/handlers.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace {

constexpr std::array states = {wire::CameraState::connecting, wire::CameraState::recording,
                               wire::CameraState::waiting, wire::CameraState::unauthorised,
                               wire::CameraState::certificate_changed};

// Prometheus text exposition format 0.0.4.
class Exposition {
  public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        text_ += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
    }
    void sample(std::string_view labels, double value) {
        if (!std::isfinite(value)) value = 0;
        text_ += fmt::format("{}{} {}\n", name_, labels, value);
    }
    void single(std::string_view name, std::string_view type, std::string_view help, double value) {
        family(name, type, help);
        sample("", value);
    }
    std::string finish() && { return std::move(text_); }

  private:
    std::string text_;
    std::string_view name_;
};

std::string escaped(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

std::string stream_labels(const wire::CameraStatus& camera, const wire::StreamStatus& stream) {
    return fmt::format("{{camera_id=\"{}\",camera=\"{}\",stream=\"{}\"}}", camera.id.text(),
                       escaped(camera.name), media::to_string(stream.kind));
}

/// One figure of a stream. What is not known has no sample.
struct StreamFamily {
    std::string_view name;
    std::string_view type;
    std::string_view help;
    std::optional<double> (*value)(const wire::StreamStatus& stream);
};

double unix_seconds(UtcTime time) {
    return static_cast<double>(ticks(time)) / 90'000;
}

using Stream = wire::StreamStatus;
constexpr auto families = std::to_array<StreamFamily>({
    {"vedette_stream_recording", "gauge",
     "1 while the stream comes as it should, whatever the camera's plan does with it.",
     [](const Stream& s) { return std::optional(s.state == wire::CameraState::recording ? 1.0 : 0.0); }},
    {"vedette_stream_state_change_timestamp_seconds", "gauge",
     "When the stream came into its state, since the Unix epoch.",
     [](const Stream& s) { return std::optional(unix_seconds(s.since)); }},
    {"vedette_stream_bits_per_second", "gauge", "What a camera sends.",
     [](const Stream& s) { return std::optional(s.bits_per_second); }},
    {"vedette_stream_frames_per_second", "gauge", "Pictures that a camera sends.",
     [](const Stream& s) { return std::optional(s.frames_per_second); }},
    {"vedette_stream_key_frame_interval_seconds", "gauge", "Between the last two key frames.",
     [](const Stream& s) { return s.health.key_frame_interval_seconds; }},
    {"vedette_stream_last_picture_timestamp_seconds", "gauge",
     "When the last picture came, since the Unix epoch.",
     [](const Stream& s) {
         return s.health.last_picture ? std::optional(unix_seconds(*s.health.last_picture)) : std::nullopt;
     }},
    {"vedette_stream_clock_offset_seconds", "gauge",
     "The camera's wall clock minus the gateway's, by its sender reports.",
     [](const Stream& s) {
         return s.health.clock_offset
                    ? std::optional(std::chrono::duration<double>(*s.health.clock_offset).count())
                    : std::nullopt;
     }},
    {"vedette_stream_clock_drift_ratio", "gauge",
     "How fast the camera's media clock runs against the gateway's: 0.00002 is 20 ppm too fast.",
     [](const Stream& s) {
         return s.health.clock_drift_ppm ? std::optional(*s.health.clock_drift_ppm / 1e6) : std::nullopt;
     }},
    {"vedette_stream_lost_packets_total", "counter", "RTP packets that did not arrive.",
     [](const Stream& s) { return std::optional(static_cast<double>(s.lost_packets)); }},
    {"vedette_stream_reordered_packets_total", "counter", "RTP packets that overtook others.",
     [](const Stream& s) { return std::optional(static_cast<double>(s.reordered_packets)); }},
    {"vedette_stream_damaged_pictures_total", "counter", "Pictures that were incomplete and left out.",
     [](const Stream& s) { return std::optional(static_cast<double>(s.health.damaged_pictures)); }},
    {"vedette_stream_refused_packets_total", "counter",
     "SRTP packets that were forged, damaged or seen before.",
     [](const Stream& s) { return std::optional(static_cast<double>(s.health.refused_packets)); }},
    {"vedette_stream_reconnects_total", "counter", "Sessions that recorded, after the first.",
     [](const Stream& s) { return std::optional(static_cast<double>(s.health.reconnects)); }},
});

void write_cameras(Exposition& out, const std::vector<wire::CameraStatus>& cameras) {
    out.family("vedette_streams", "gauge", "Camera streams by state.");
    for (const wire::CameraState state : states) {
        std::size_t count = 0;
        for (const auto& camera : cameras)
            for (const auto& stream : camera.streams) count += stream.state == state;
        out.sample(fmt::format("{{state=\"{}\"}}", wire::to_string(state)), static_cast<double>(count));
    }
    for (const StreamFamily& family : families) {
        out.family(family.name, family.type, family.help);
        for (const auto& camera : cameras)
            for (const auto& stream : camera.streams)
                if (const auto value = family.value(stream))
                    out.sample(stream_labels(camera, stream), *value);
    }
}

// Cameras that have never signed their video have no samples.
void write_signatures(Exposition& out, const std::vector<wire::CameraStatus>& cameras) {
    out.family("vedette_stream_signature_fragments_total", "counter",
               "Fragments by what the camera's own signature said of them.");
    for (const auto& camera : cameras)
        for (const auto& stream : camera.streams) {
            if (!stream.signature) continue;
            const std::string labels = stream_labels(camera, stream);
            for (std::uint8_t i = 1; i < media::authenticities; ++i)
                out.sample(fmt::format("{},verdict=\"{}\"}}", labels.substr(0, labels.size() - 1),
                                       media::to_string(static_cast<media::Authenticity>(i))),
                           static_cast<double>(stream.signature->fragments[i]));
        }
    out.family("vedette_stream_signing_key_changed", "gauge",
               "1 when the camera signs its video with another key than the trusted one.");
    for (const auto& camera : cameras)
        for (const auto& stream : camera.streams)
            if (stream.signature)
                out.sample(stream_labels(camera, stream), stream.signature->has_changed() ? 1 : 0);
}

// By its plan a camera may be left unrecorded, which is no failure.
void write_plans(Exposition& out, const std::vector<wire::CameraStatus>& cameras) {
    const auto label = [](const wire::CameraStatus& camera) {
        return fmt::format("{{camera_id=\"{}\",camera=\"{}\"}}", camera.id.text(), escaped(camera.name));
    };
    out.family("vedette_camera_recording_wanted", "gauge", "1 while the camera's plan wants it recorded.");
    for (const auto& camera : cameras) out.sample(label(camera), camera.recording_now.wanted ? 1 : 0);
    out.family("vedette_camera_events_unheard", "gauge",
               "1 when the camera should be recorded on event and does not tell its events.");
    for (const auto& camera : cameras) out.sample(label(camera), camera.recording_now.trouble ? 1 : 0);
}

struct WitnessFamily {
    std::string_view name;
    std::string_view help;
    double (*value)(const witness::SubmissionStatus& status);
};

using Submitted = witness::SubmissionStatus;
constexpr auto witness_families = std::to_array<WitnessFamily>({
    {"vedette_witness_up", "1 while the witness cosigns what it is given.",
     [](const Submitted& s) { return s.state == witness::SubmissionState::cosigned ? 1.0 : 0.0; }},
    {"vedette_witness_overdue", "1 when the witness refuses the log, or a checkpoint waits for too long.",
     [](const Submitted& s) { return s.overdue ? 1.0 : 0.0; }},
    {"vedette_witness_cosigned_entries", "Entries of the log that the witness vouches for.",
     [](const Submitted& s) { return static_cast<double>(s.cosigned_entries); }},
    {"vedette_witness_cosigned_timestamp_seconds", "When it cosigned last, since the Unix epoch; 0: never.",
     [](const Submitted& s) { return s.cosigned_at ? unix_seconds(*s.cosigned_at) : 0.0; }},
});

void write_witnesses(Exposition& out, const std::vector<Submitted>& statuses) {
    if (statuses.empty()) return;
    for (const WitnessFamily& family : witness_families) {
        out.family(family.name, "gauge", family.help);
        for (const Submitted& status : statuses)
            out.sample(fmt::format("{{log=\"{}\",witness=\"{}\"}}", status.log, escaped(status.witness)),
                       family.value(status));
    }
}

}  // namespace

net::Awaitable<Outcome<>> get_metrics(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const Site::Metrics metrics, services->site.metrics(call.granted));
    Exposition out;
    out.family("vedette_build_info", "gauge", "The version, as a label.");
    out.sample(fmt::format("{{version=\"{}\"}}", escaped(services->version)), 1);
    out.single("process_start_time_seconds", "gauge", "Start of the process since the Unix epoch.",
               static_cast<double>(to_unix_seconds(services->started)));
    out.single("vedette_cameras", "gauge", "Cameras.", static_cast<double>(metrics.cameras.size()));
    write_cameras(out, metrics.cameras);
    write_signatures(out, metrics.cameras);
    write_plans(out, metrics.cameras);
    out.single("vedette_recording_possible", "gauge", "1 when recordings can be written.",
               metrics.storage.recording_possible ? 1 : 0);
    out.single("vedette_storage_used_bytes", "gauge", "Bytes of recordings.",
               static_cast<double>(metrics.storage.bytes_used));
    out.single("vedette_storage_free_bytes", "gauge", "Bytes free where recordings are kept.",
               static_cast<double>(metrics.storage.bytes_free));
    if (!metrics.storage.places.empty()) {
        out.family("vedette_disk_good", "gauge", "1 when the disk takes recordings.");
        for (const wire::PlaceReport& place : metrics.storage.places)
            out.sample(fmt::format("{{disk=\"{}\"}}", escaped(place.name)), place.state == "good" ? 1 : 0);
        out.family("vedette_disk_free_bytes", "gauge", "Bytes free on the disk.");
        for (const wire::PlaceReport& place : metrics.storage.places)
            out.sample(fmt::format("{{disk=\"{}\"}}", escaped(place.name)),
                       static_cast<double>(place.bytes_free));
    }
    out.single("vedette_live_upstreams", "gauge", "Camera streams that somebody watches.",
               static_cast<double>(metrics.figures.live_upstreams));
    out.single("vedette_live_viewers", "gauge", "Viewers of live streams.",
               static_cast<double>(metrics.figures.live_viewers));
    out.single("vedette_playbacks", "gauge", "Recordings that are played or exported.",
               static_cast<double>(metrics.figures.playbacks));
    out.single("vedette_media_received_bytes_total", "counter",
               "Bytes of media that the gateway sent to viewers.",
               static_cast<double>(metrics.figures.media_bytes_received));
    out.single("vedette_gateway_requests_timed_out_total", "counter",
               "Requests without an answer of the gateway.",
               static_cast<double>(metrics.figures.requests_timed_out));
    const audit::Figures audit = services->recorder.log()->figures();
    out.single("vedette_audit_entries_total", "counter", "Entries of the audit log.",
               static_cast<double>(audit.entries));
    out.single(
        "vedette_audit_failures_total", "counter",
        "Audit entries that could not be written since the start; what they were about did not happen.",
        static_cast<double>(audit.failures));
    if (services->syslog->target()) {
        const syslog::Status stream = services->syslog->status();
        out.single("vedette_audit_syslog_up", "gauge", "1 while the syslog server takes audit entries.",
                   stream.state == syslog::State::sending ? 1 : 0);
        out.single("vedette_audit_syslog_waiting", "gauge",
                   "Audit entries that the syslog server has not taken yet.",
                   static_cast<double>(stream.waiting));
        out.single("vedette_audit_syslog_delivered_total", "counter",
                   "Audit entries that the syslog server took, those that were sent again with them.",
                   static_cast<double>(stream.delivered));
    }
    write_witnesses(out, services->witnesses->statuses());
    out.single("vedette_sessions", "gauge", "Sessions that are signed in.",
               static_cast<double>(services->identity->session_count()));
    net::Response response{.status = 200,
                           .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
                           .body = std::move(out).finish(),
                           .upgrade = {}};
    co_return response;
}

}  // namespace vedette::hub::api
