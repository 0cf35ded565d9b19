#include "gateway/ingest/session_pump.hpp"

#include <string>
#include <utility>

#include "base/hex.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway::ingest {

namespace {

constexpr std::chrono::seconds connect_limit{5};
constexpr std::chrono::seconds handshake_limit{10};  // small processors take seconds for RSA
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

}  // namespace

net::Awaitable<Result<>> exchange(CameraConnection& connection, rtsp::ClientSession& session,
                                  const Clock& clock, std::span<std::byte> buffer) {
    net::TcpStream& stream = connection.stream;
    if (session.has_output()) {
        const std::string output = session.take_output();
        auto writing = stream.write_all(as_bytes(output));
        VEDETTE_CO_CHECK(co_await net::with_timeout(write_limit, "the camera does not take our requests",
                                                    std::move(writing)));
    }
    const auto limit = session.deadline() - clock.monotonic_now();
    if (limit > std::chrono::nanoseconds::zero()) {
        Result<> readable;
        auto waiting = wait_into(connection, readable);
        const bool in_time = co_await net::limit_time(limit, std::move(waiting));
        if (in_time && !readable) co_return readable;
    }
    for (;;) {
        const auto size = stream.read_available(buffer);
        if (!size) co_return std::unexpected(size.error());
        session.receive(buffer.first(*size), clock.monotonic_now());
        if (*size < buffer.size()) break;
    }
    if (connection.media.pairs() > 0)
        exchange_datagrams(connection.media, stream.peer_address(), session, clock, buffer);
    session.on_time(clock.monotonic_now());
    co_return Result<>{};
}

net::Awaitable<void> say_goodbye(net::TcpStream& stream, rtsp::ClientSession& session) {
    const std::string last = session.take_output();
    if (last.empty()) co_return;
    auto writing = stream.write_all(as_bytes(last));
    (void)co_await net::with_timeout(goodbye_limit, "the camera is gone", std::move(writing));
}

rtsp::ClientOptions client_options(const CameraConnection& connection, const Route& route,
                                   bool allow_basic_in_clear) {
    rtsp::ClientOptions options;
    options.basic = route.url.secure || allow_basic_in_clear ? rtsp::BasicUse::allow : rtsp::BasicUse::refuse;
    options.transport = route.transport;
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

net::Awaitable<Result<CameraConnection>> connect_camera(Route route, CertificateBook& book) {
    const rtsp::Url& url = route.url;
    auto connecting = net::connect_tcp(url.host, url.port, connect_limit);
    CameraConnection connection;
    VEDETTE_CO_TRY(connection.stream, co_await std::move(connecting));
    VEDETTE_CO_CHECK(open_ports(connection, route.transport));
    if (!url.secure) co_return connection;
    auto securing = connection.stream.start_tls(url.host, handshake_limit);
    VEDETTE_CO_TRY(const net::TlsPeer peer, co_await std::move(securing));
    connection.protocol = peer.protocol;
    connection.certificate = rtsp::CertificateTrust{.authority = fmt::format("{}:{}", url.host, url.port),
                                                    .by_authority = peer.authorised,
                                                    .fingerprint = to_hex(peer.key_sha256)};
    const auto remembered = book.find(connection.certificate->authority);
    switch (rtsp::judge_certificate(remembered, *connection.certificate)) {
        case rtsp::CertificateVerdict::known:
            break;
        case rtsp::CertificateVerdict::first:
            book.remember(*connection.certificate);
            break;
        case rtsp::CertificateVerdict::changed:
            connection.expected = remembered;
            connection.stream.close();
            break;
    }
    co_return connection;
}

}  // namespace vedette::gateway::ingest
