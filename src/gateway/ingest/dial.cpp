#include "gateway/ingest/dial.hpp"

#include <utility>

#include "base/hex.hpp"

namespace vedette::gateway::ingest {

namespace {
constexpr std::chrono::seconds connect_limit{5};
constexpr std::chrono::seconds handshake_limit{10};  // small processors take seconds for RSA
}  // namespace

net::Awaitable<Result<Dialled>> dial(Route route, net::TlsFloor floor) {
    const std::string host = route.url.host;
    const std::uint16_t port = route.port();
    auto connecting = net::connect_tcp(host, port, connect_limit);
    Dialled dialled;
    VEDETTE_CO_TRY(dialled.stream, co_await std::move(connecting));
    if (!route.url.secure) co_return dialled;
    auto securing = dialled.stream.start_tls(host, handshake_limit, floor);
    VEDETTE_CO_TRY(const net::TlsPeer peer, co_await std::move(securing));
    dialled.protocol = peer.protocol;
    dialled.certificate = rtsp::CertificateTrust{.authority = fmt::format("{}:{}", host, port),
                                                 .by_authority = peer.authorised,
                                                 .fingerprint = to_hex(peer.key_sha256)};
    co_return dialled;
}

}  // namespace vedette::gateway::ingest
