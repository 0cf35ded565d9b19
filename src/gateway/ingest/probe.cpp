#include "gateway/ingest/probe.hpp"

#include <optional>
#include <utility>

#include "gateway/ingest/session_pump.hpp"
#include "rtsp/client_session.hpp"

namespace vedette::gateway::ingest {

namespace {

// As people write: the messages of errors begin in lower case and have no full stop.
std::string sentence(std::string text) {
    if (text.empty()) return text;
    if (text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    if (text.back() != '.' && text.back() != '?') text += '.';
    return text;
}

std::string describe(const std::vector<media::TrackParameters>& tracks) {
    std::string text = "The camera sends";
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        const auto& track = tracks[i];
        text += i == 0 ? " " : " and ";
        if (track.is_video())
            text += fmt::format("{} video of {} x {} pixels", media::to_string(track.codec), track.width,
                                track.height);
        else if (track.kind() == media::MediaKind::metadata)
            text += media::to_string(track.codec);
        else
            text += fmt::format("{} audio of {} Hz", media::to_string(track.codec), track.sample_rate_hz);
    }
    return text + '.';
}

// What the session has told so far about the tracks.
class Findings {
  public:
    void take(const rtsp::ClientEvent& event) {
        if (const auto* described = std::get_if<rtsp::Described>(&event)) {
            tracks_.clear();
            for (const auto& track : described->tracks) tracks_.push_back(track.parameters);
        } else if (const auto* change = std::get_if<rtsp::ParametersChanged>(&event)) {
            tracks_.at(change->track) = change->parameters;
        } else if (const auto* refused = std::get_if<rtsp::TrackRefused>(&event)) {
            tracks_.at(refused->track).reset();
        }
    }
    ProbeReport report(const rtsp::Closed& closed) const {
        if (closed.error) return {.ok = false, .message = sentence(closed.error->message), .tracks = {}};
        ProbeReport report{.ok = true, .message = {}, .tracks = {}};
        for (const auto& track : tracks_)
            if (track) report.tracks.push_back(*track);
        report.message = describe(report.tracks);
        return report;
    }

  private:
    std::vector<std::optional<media::TrackParameters>> tracks_;
};

}  // namespace

net::Awaitable<ProbeReport> probe(rtsp::Url url, rtsp::Credentials credentials, const Clock& clock,
                                  std::span<std::byte> buffer) {
    auto connecting = connect_camera(url);
    auto stream = co_await std::move(connecting);
    if (!stream)
        co_return ProbeReport{.ok = false, .message = sentence(stream.error().message), .tracks = {}};

    rtsp::ClientOptions options;
    options.stop_after = rtsp::ClientOptions::StopAfter::key_frame;
    options.first_picture_timeout = std::chrono::seconds(10);
    rtsp::ClientSession session(std::move(url), std::move(credentials), options, clock.monotonic_now());
    Findings findings;
    for (;;) {
        while (auto event = session.next_event()) {
            if (const auto* closed = std::get_if<rtsp::Closed>(&*event)) {
                co_await say_goodbye(*stream, session);
                co_return findings.report(*closed);
            }
            if (const auto* redirect = std::get_if<rtsp::Redirected>(&*event))
                co_return ProbeReport{
                    .ok = false,
                    .message = "The camera redirects to " + redirect->url + "; use that address.",
                    .tracks = {}};
            findings.take(*event);
        }
        const auto exchanged = co_await exchange(*stream, session, clock, buffer);
        if (!exchanged) session.on_disconnected();
    }
}

}  // namespace vedette::gateway::ingest
