#include <array>
#include <cmath>
#include <iterator>

#include "hub/api/handlers.hpp"

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
        fmt::format_to(std::back_inserter(text_), "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
    }
    void sample(std::string_view labels, double value) {
        if (!std::isfinite(value)) value = 0;
        fmt::format_to(std::back_inserter(text_), "{}{} {}\n", name_, labels, value);
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

void write_cameras(Exposition& out, const std::vector<wire::CameraStatus>& cameras) {
    out.family("vedette_streams", "gauge", "Camera streams by state.");
    for (const wire::CameraState state : states) {
        std::size_t count = 0;
        for (const auto& camera : cameras)
            for (const auto& stream : camera.streams) count += stream.state == state;
        out.sample(fmt::format("{{state=\"{}\"}}", wire::to_string(state)), static_cast<double>(count));
    }
    out.family("vedette_stream_bits_per_second", "gauge", "What a camera sends.");
    for (const auto& camera : cameras)
        for (const auto& stream : camera.streams)
            out.sample(stream_labels(camera, stream), stream.bits_per_second);
    out.family("vedette_stream_frames_per_second", "gauge", "Pictures that a camera sends.");
    for (const auto& camera : cameras)
        for (const auto& stream : camera.streams)
            out.sample(stream_labels(camera, stream), stream.frames_per_second);
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
    out.single("vedette_recording_possible", "gauge", "1 when recordings can be written.",
               metrics.storage.recording_possible ? 1 : 0);
    out.single("vedette_storage_used_bytes", "gauge", "Bytes of recordings.",
               static_cast<double>(metrics.storage.bytes_used));
    out.single("vedette_storage_free_bytes", "gauge", "Bytes free where recordings are kept.",
               static_cast<double>(metrics.storage.bytes_free));
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
    out.single("vedette_sessions", "gauge", "Sessions that are signed in.",
               static_cast<double>(services->identity->session_count()));
    net::Response response{.status = 200,
                           .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
                           .body = std::move(out).finish(),
                           .upgrade = {}};
    co_return response;
}

}  // namespace vedette::hub::api
