#include "gateway/ingest/camera_access.hpp"

#include <utility>

namespace vedette::gateway::ingest {

namespace {

constexpr std::chrono::seconds connect_limit{5};

Result<> open_ports(net::MediaSockets& media, const net::TcpStream& stream, rtsp::ClientOptions& options) {
    constexpr int tracks = 2;  // video and audio
    for (int i = 0; i < tracks && options.transport == rtsp::Transport::udp; ++i) {
        VEDETTE_TRY(const std::uint16_t port, media.add_pair(stream.local_address()));
        options.client_ports.push_back(port);
    }
    return {};
}

net::Awaitable<Result<>> judge(CameraContact& contact, const rtsp::Url& url, CertificateBook& book) {
    auto shaking = contact.session->handshake();
    VEDETTE_CO_TRY(const camera_process::Shown shown, co_await std::move(shaking));
    contact.protocol = shown.protocol;
    contact.certificate = rtsp::CertificateTrust{.authority = fmt::format("{}:{}", url.host, url.port),
                                                 .by_authority = shown.by_authority,
                                                 .fingerprint = shown.fingerprint};
    const auto remembered = book.find(contact.certificate->authority);
    switch (rtsp::judge_certificate(remembered, *contact.certificate)) {
        case rtsp::CertificateVerdict::known:
            break;
        case rtsp::CertificateVerdict::first:
            book.remember(*contact.certificate);
            break;
        case rtsp::CertificateVerdict::changed:
            contact.expected = remembered;
            contact.session.reset();
            co_return Result<>{};
    }
    contact.session->go_on();
    co_return Result<>{};
}

}  // namespace

rtsp::ClientOptions client_options(const Route& route, bool allow_basic_in_clear) {
    rtsp::ClientOptions options;
    options.basic = route.url.secure || allow_basic_in_clear ? rtsp::BasicUse::allow : rtsp::BasicUse::refuse;
    options.transport = route.transport;
    return options;
}

net::Awaitable<Result<CameraContact>> connect_camera(CameraProcess& process, Route route,
                                                     rtsp::Credentials credentials,
                                                     rtsp::ClientOptions options, CertificateBook& book) {
    auto connecting = net::connect_tcp(route.url.host, route.url.port, connect_limit);
    VEDETTE_CO_TRY(net::TcpStream stream, co_await std::move(connecting));
    net::MediaSockets media;
    VEDETTE_CO_CHECK(open_ports(media, stream, options));
    camera_process::Open open{.session = 0,
                              .url = route.url,
                              .credentials = std::move(credentials),
                              .options = std::move(options)};
    CameraContact contact;
    VEDETTE_CO_TRY(contact.session, process.open(std::move(open), std::move(stream), std::move(media)));
    if (!route.url.secure) co_return contact;
    auto judging = judge(contact, route.url, book);
    VEDETTE_CO_CHECK(co_await std::move(judging));
    co_return contact;
}

}  // namespace vedette::gateway::ingest
