#include "gateway/ingest/camera_access.hpp"

#include <utility>

namespace vedette::gateway::ingest {

namespace {

Result<> open_ports(net::MediaSockets& media, const net::TcpStream& stream, rtsp::ClientOptions& options) {
    constexpr int tracks = 2;  // video and audio
    for (int i = 0; i < tracks && options.transport == rtsp::Transport::udp; ++i) {
        VEDETTE_TRY(const std::uint16_t port, media.add_pair(stream.local_address()));
        options.client_ports.push_back(port);
    }
    return {};
}

// Lets the session go on, or ends it.
net::Awaitable<Result<rtsp::CertificateVerdict>> judge(CameraContact& contact, const Route& route,
                                                       const CertificateBook& book) {
    auto shaking = contact.session->handshake();
    VEDETTE_CO_TRY(const camera_process::Shown shown, co_await std::move(shaking));
    contact.protocol = shown.protocol;
    contact.certificate =
        rtsp::CertificateTrust{.authority = fmt::format("{}:{}", route.url.host, route.port()),
                               .by_authority = shown.by_authority,
                               .fingerprint = shown.fingerprint};
    const auto remembered = book.find(contact.certificate->authority);
    const auto verdict = rtsp::judge_certificate(remembered, *contact.certificate, book.only_trusted());
    if (verdict == rtsp::CertificateVerdict::changed)
        contact.objection = rtsp::describe_change(*remembered, *contact.certificate);
    if (verdict == rtsp::CertificateVerdict::untrusted)
        contact.objection = rtsp::describe_untrusted(*contact.certificate);
    // A web server may be none of RTSP's business: the automatic choice passes it over.
    if (verdict == rtsp::CertificateVerdict::untrusted && route.http && !route.sign_in)
        co_return fail(ErrorKind::unsupported, "{}", *contact.objection);
    if (contact.objection) {
        contact.expected = remembered;
        contact.session.reset();
    } else {
        contact.session->go_on();
    }
    co_return verdict;
}

}  // namespace

TransportSetting over_tcp(const CameraAccess& access) {
    using enum TransportSetting;
    const TransportSetting way = access.remembered_transport.value_or(access.transport);
    if (way == srtp) return tls;
    return way == udp || way == multicast ? tcp : way;
}

rtsp::ClientOptions client_options(const Route& route, bool allow_basic_in_clear) {
    rtsp::ClientOptions options;
    options.basic = route.url.secure || allow_basic_in_clear ? rtsp::BasicUse::allow : rtsp::BasicUse::refuse;
    options.transport = route.transport;
    options.begun = SystemClock().utc_now();
    options.encrypted = route.url.secure;
    return options;
}

net::Awaitable<Result<CameraContact>> connect_camera(CameraProcess& process, Route route,
                                                     rtsp::Credentials credentials, net::TlsFloor floor,
                                                     rtsp::ClientOptions options, CertificateBook& book) {
    auto connecting = net::connect_tcp(route.url.host, route.port(), camera_process::connect_limit);
    VEDETTE_CO_TRY(net::TcpStream stream, co_await std::move(connecting));
    net::MediaSockets media;
    VEDETTE_CO_CHECK(open_ports(media, stream, options));
    camera_process::Open open{.session = 0,
                              .url = route.url,
                              .credentials = std::move(credentials),
                              .options = std::move(options),
                              .floor = floor,
                              .http = route.http,
                              .port = route.port(),
                              .sign_in = route.sign_in};
    CameraContact contact;
    VEDETTE_CO_TRY(contact.session, process.open(std::move(open), std::move(stream), std::move(media)));
    auto verdict = rtsp::CertificateVerdict::known;
    if (route.url.secure) {
        auto judging = judge(contact, route, book);
        VEDETTE_CO_TRY(verdict, co_await std::move(judging));
        if (contact.objection) co_return contact;
    }
    if (route.http) {
        auto establishing = contact.session->established();
        VEDETTE_CO_CHECK(co_await std::move(establishing));
    }
    // A web server that is no way to the camera is not remembered: its certificate would stop the camera one
    // day.
    if (verdict == rtsp::CertificateVerdict::first) book.remember(*contact.certificate);
    co_return contact;
}

TransportChooser::Outcome outcome_of(const Route& route, const Error& error) {
    if (route.http && error.kind == ErrorKind::unsupported)
        return TransportChooser::Outcome::refused_transport;
    // What goes wrong on our side says nothing about the way.
    return error.kind == ErrorKind::unauthenticated || error.kind == ErrorKind::internal
               ? TransportChooser::Outcome::other
               : TransportChooser::Outcome::unreachable;
}

}  // namespace vedette::gateway::ingest
