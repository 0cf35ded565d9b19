#include "gateway/ingest/session_pump.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "net/timeout.hpp"

namespace vedette::gateway::ingest {

namespace {

constexpr std::chrono::seconds write_limit{5};
constexpr std::chrono::milliseconds goodbye_limit{500};

net::Awaitable<void> wait_into(CameraConnection& connection, Result<>& result) {
    if (connection.media.pairs() > 0)
        result = co_await connection.media.wait_readable(connection.stream);
    else
        result = co_await connection.stream.wait_readable();
}

void exchange_datagrams(net::MediaSockets& media, const std::string& camera, rtsp::ClientSession& session,
                        const Clock& clock, std::span<std::byte> buffer) {
    const MonotonicTime now = clock.monotonic_now();
    media.receive(buffer, [&](std::size_t pair, bool rtcp, ByteView datagram) {
        session.receive_datagram(static_cast<std::uint8_t>(pair), rtcp, datagram, now);
    });
    for (const rtsp::OutgoingDatagram& datagram : session.take_datagrams())
        media.send(datagram.track, datagram.rtcp, camera, datagram.port, datagram.bytes);
}

net::Awaitable<Result<>> send_output(CameraConnection& connection, std::string output) {
    if (connection.tunnel) {
        auto tunnelling = write_through(*connection.tunnel, std::move(output));
        co_return co_await std::move(tunnelling);
    }
    auto writing = connection.stream.write_all(as_bytes(output));
    co_return co_await net::with_timeout(write_limit, "the camera does not take our requests",
                                         std::move(writing));
}

}  // namespace

net::Awaitable<Result<>> exchange(CameraConnection& connection, rtsp::ClientSession& session,
                                  const Clock& clock, std::span<std::byte> buffer, std::size_t max_lots) {
    net::TcpStream& stream = connection.stream;
    if (session.has_output()) {
        auto sending = send_output(connection, session.take_output());
        VEDETTE_CO_CHECK(co_await std::move(sending));
    }
    Tunnel* const tunnel = connection.tunnel.get();
    if (tunnel != nullptr) {
        if (const Bytes early = tunnel->protocol.take_early(); !early.empty()) {
            session.receive(early, clock.monotonic_now());
            co_return Result<>{};
        }
    }
    auto limit = session.deadline() - clock.monotonic_now();
    const bool unheard = tunnel != nullptr && !tunnel->protocol.heard();
    if (unheard) limit = std::min<decltype(limit)>(limit, post_look_period);
    if (limit > std::chrono::nanoseconds::zero()) {
        Result<> readable;
        auto waiting = wait_into(connection, readable);
        const bool in_time = co_await net::limit_time(limit, std::move(waiting));
        if (in_time && !readable) co_return readable;
    }
    if (unheard) {
        auto looking = look_after_post(*tunnel);
        VEDETTE_CO_CHECK(co_await std::move(looking));
    }
    for (std::size_t lot = 0; lot < max_lots; ++lot) {
        const auto size = stream.read_available(buffer);
        if (!size) co_return std::unexpected(size.error());
        if (unheard && *size > 0) tunnel->protocol.on_heard();
        session.receive(buffer.first(*size), clock.monotonic_now());
        if (*size < buffer.size()) break;
    }
    if (connection.media.pairs() > 0)
        exchange_datagrams(connection.media, stream.peer_address(), session, clock, buffer);
    session.on_time(clock.monotonic_now());
    co_return Result<>{};
}

net::Awaitable<void> say_goodbye(CameraConnection& connection, rtsp::ClientSession& session) {
    std::string last = session.take_output();
    if (last.empty()) co_return;
    auto sending = send_output(connection, std::move(last));
    (void)co_await net::with_timeout(goodbye_limit, "the camera is gone", std::move(sending));
}

namespace {
rtsp::BasicUse basic_use(const Route& route, bool allow_basic_in_clear) {
    return route.url.secure || allow_basic_in_clear ? rtsp::BasicUse::allow : rtsp::BasicUse::refuse;
}
}  // namespace

rtsp::ClientOptions client_options(const CameraConnection& connection, const Route& route,
                                   bool allow_basic_in_clear) {
    rtsp::ClientOptions options;
    options.basic = basic_use(route, allow_basic_in_clear);
    options.transport = route.transport;
    options.begun = SystemClock().utc_now();
    options.encrypted = route.url.secure;
    options.client_ports = connection.client_ports;
    return options;
}

Result<> follow(CameraConnection& connection, const rtsp::MediaAddress& address) {
    if (!address.source.empty()) VEDETTE_CHECK(connection.media.allow_sender(address.source));
    if (address.group.empty()) return {};
    return connection.media.add_group(address.group, address.port, connection.stream.local_address());
}

namespace {
Result<> open_ports(CameraConnection& connection, rtsp::Transport transport) {
    constexpr int tracks = 2;  // video and audio
    if (transport == rtsp::Transport::tcp_interleaved) return {};
    VEDETTE_CHECK(connection.media.allow_sender(connection.stream.peer_address()));
    for (int i = 0; i < tracks && transport == rtsp::Transport::udp; ++i) {
        VEDETTE_TRY(const std::uint16_t port, connection.media.add_pair(connection.stream.local_address()));
        connection.client_ports.push_back(port);
    }
    return {};
}
}  // namespace

net::Awaitable<Result<CameraConnection>> connect_camera(Route route, rtsp::Credentials credentials,
                                                        const CameraAccess& access, CertificateBook& book) {
    auto dialling = dial(route, access.floor);
    VEDETTE_CO_TRY(Dialled dialled, co_await std::move(dialling));
    CameraConnection connection;
    connection.stream = std::move(dialled.stream);
    connection.certificate = std::move(dialled.certificate);
    connection.protocol = std::move(dialled.protocol);
    auto verdict = rtsp::CertificateVerdict::known;
    if (connection.certificate) {
        const auto remembered = book.find(connection.certificate->authority);
        verdict = rtsp::judge_certificate(remembered, *connection.certificate, book.only_trusted());
        if (verdict == rtsp::CertificateVerdict::changed)
            connection.objection = rtsp::describe_change(*remembered, *connection.certificate);
        if (verdict == rtsp::CertificateVerdict::untrusted)
            connection.objection = rtsp::describe_untrusted(*connection.certificate);
        // A web server may be none of RTSP's business: the automatic choice passes it over.
        if (verdict == rtsp::CertificateVerdict::untrusted && route.http && !route.sign_in)
            co_return fail(ErrorKind::unsupported, "{}", *connection.objection);
        if (connection.objection) {
            connection.expected = remembered;
            connection.stream.close();
            co_return connection;
        }
    }
    VEDETTE_CO_CHECK(open_ports(connection, route.transport));
    if (route.http) {
        const auto basic = basic_use(route, access.allow_basic_in_clear);
        auto opening = open_tunnel(connection.stream, route, access.floor, connection.certificate,
                                   std::move(credentials), basic);
        VEDETTE_CO_TRY(connection.tunnel, co_await std::move(opening));
    }
    // A web server that is no way to the camera is not remembered: its certificate would stop the camera one
    // day.
    if (verdict == rtsp::CertificateVerdict::first) book.remember(*connection.certificate);
    co_return connection;
}

TransportChooser::Outcome outcome_of(const Route& route, const Error& error) {
    return route.http && error.kind == ErrorKind::unsupported ? TransportChooser::Outcome::refused_transport
           : error.kind == ErrorKind::unauthenticated         ? TransportChooser::Outcome::other
                                                              : TransportChooser::Outcome::unreachable;
}

}  // namespace vedette::gateway::ingest
