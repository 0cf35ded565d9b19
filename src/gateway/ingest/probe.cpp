#include "gateway/ingest/probe.hpp"

#include <optional>
#include <utility>

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

std::string_view describe(TransportSetting way) {
    switch (way) {
        case TransportSetting::udp:
            return "UDP";
        case TransportSetting::multicast:
            return "multicast";
        case TransportSetting::http:
            return "HTTP";
        default:
            return "TCP";
    }
}

std::string describe(const CameraContact& connection, const Route& route) {
    const std::string_view media = route.name == TransportSetting::srtp ? " Video by SRTP over UDP." : "";
    if (!connection.certificate) return fmt::format(" Over {}; not encrypted.", describe(route.name));
    const std::string key = rtsp::short_fingerprint(connection.certificate->fingerprint);
    if (connection.certificate->by_authority)
        return fmt::format("{} Encrypted with {}; a certificate authority vouches for the camera (key {}).",
                           media, connection.protocol, key);
    return fmt::format(
        "{} Encrypted with {}; no certificate authority vouches for the camera, so its key {} is "
        "remembered and any other refused.",
        media, connection.protocol, key);
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

namespace {

// One way. `outcome` says whether another should be tried.
net::Awaitable<ProbeReport> probe_route(CameraProcess& process, Route route, CameraAccess access,
                                        CertificateBook& book, TransportChooser::Outcome& outcome) {
    rtsp::ClientOptions options = client_options(route, access.allow_basic_in_clear);
    options.stop_after = rtsp::ClientOptions::StopAfter::key_frame;
    options.first_picture_timeout = std::chrono::seconds(10);
    auto connecting =
        connect_camera(process, route, std::move(access.credentials), access.floor, std::move(options), book);
    auto connection = co_await std::move(connecting);
    if (!connection) {
        outcome = outcome_of(route, connection.error());
        co_return ProbeReport{.ok = false, .message = sentence(connection.error().message), .tracks = {}};
    }
    if (connection->objection)
        co_return ProbeReport{
            .ok = false, .message = sentence(*std::move(connection->objection)), .tracks = {}};

    CameraSession& session = *connection->session;
    Findings findings;
    for (;;) {
        while (auto event = session.next_event()) {
            if (const auto* closed = std::get_if<rtsp::Closed>(&*event)) {
                if (closed->transport_refused) outcome = TransportChooser::Outcome::refused_transport;
                ProbeReport report = findings.report(*closed);
                if (report.ok) report.message += describe(*connection, route);
                co_return report;
            }
            if (const auto* redirect = std::get_if<rtsp::Redirected>(&*event))
                co_return ProbeReport{
                    .ok = false,
                    .message = "The camera redirects to " + redirect->url + "; use that address.",
                    .tracks = {}};
            if (const auto* address = std::get_if<rtsp::MediaAddress>(&*event)) {
                if (auto followed = session.follow(*address); !followed)
                    co_return ProbeReport{
                        .ok = false, .message = sentence(followed.error().message), .tracks = {}};
            }
            findings.take(*event);
        }
        co_await session.wait();
    }
}

}  // namespace

net::Awaitable<ProbeReport> probe(CameraProcess& process, CameraAccess access, CertificateBook& book) {
    TransportChooser chooser(access.url, access.transport, access.remembered_transport);
    for (;;) {
        auto outcome = TransportChooser::Outcome::other;
        CameraAccess own = access.duplicate();
        auto probing = probe_route(process, chooser.current(), std::move(own), book, outcome);
        ProbeReport report = co_await std::move(probing);
        if (report.ok || !chooser.failed(outcome)) co_return report;
    }
}

}  // namespace vedette::gateway::ingest
