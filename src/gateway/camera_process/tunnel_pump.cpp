#include "gateway/camera_process/tunnel_pump.hpp"

#include <array>
#include <utility>

#include "base/hex.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway::camera_process {

namespace {

constexpr std::chrono::seconds answer_limit{10};
constexpr const char* not_taken = "the camera does not take our requests";

net::Awaitable<Result<>> write_text(net::TcpStream& stream, std::string text) {
    auto writing = stream.write_all(as_bytes(text));
    co_return co_await net::with_timeout(write_limit, not_taken, std::move(writing));
}

// A connection beside the first one. Whoever answers it must hold the key that was judged there, whatever
// else vouches for him.
net::Awaitable<Result<net::TcpStream>> dial_again(const TunnelWay& way) {
    auto dialling = way.dial();
    VEDETTE_CO_TRY(net::TcpStream stream, co_await std::move(dialling));
    if (!way.url.secure) co_return stream;
    auto securing = stream.start_tls(way.url.host, handshake_limit, way.floor);
    VEDETTE_CO_TRY(const net::TlsPeer peer, co_await std::move(securing));
    if (to_hex(peer.key_sha256) != way.fingerprint)
        co_return fail(ErrorKind::forbidden,
                       "two connections to the camera were answered with two certificates; nothing was sent");
    co_return stream;
}

net::Awaitable<Result<rtsp::HttpTunnel::Next>> read_answer(net::TcpStream& stream,
                                                           rtsp::HttpTunnel& protocol) {
    std::array<std::byte, 4096> buffer{};
    for (;;) {
        auto reading = stream.read_some(buffer);
        auto size = co_await net::with_timeout(
            answer_limit, "nothing answers the request for RTSP through HTTP", std::move(reading));
        if (!size)
            co_return fail(
                size.error().kind == ErrorKind::timeout ? ErrorKind::timeout : ErrorKind::unsupported,
                "the camera offers no RTSP through HTTP: it closed the connection instead of answering");
        VEDETTE_CO_TRY(const auto next, protocol.on_get(ByteView(buffer).first(*size)));
        if (next != rtsp::HttpTunnel::Next::read) co_return next;
    }
}

net::Awaitable<Result<>> open_post(Tunnel& tunnel) {
    auto dialling = dial_again(tunnel.way);
    VEDETTE_CO_TRY(tunnel.post, co_await std::move(dialling));
    auto writing = write_text(tunnel.post, tunnel.protocol.post_request());
    co_return co_await std::move(writing);
}

enum class Post : std::uint8_t { alive, closed, refused };

// What the POST's connection says now.
Result<Post> state_of(Tunnel& tunnel) {
    std::array<std::byte, 4096> buffer{};
    const auto size = tunnel.post.read_available(buffer);
    if (!size) return Post::closed;
    if (*size == 0) return Post::alive;
    VEDETTE_TRY(const auto next, tunnel.protocol.on_post(ByteView(buffer).first(*size)));
    return next == rtsp::HttpTunnel::Next::again ? Post::refused : Post::alive;
}

}  // namespace

net::Awaitable<Result<std::unique_ptr<Tunnel>>> open_tunnel(net::TcpStream& stream, TunnelWay way,
                                                            rtsp::Credentials credentials,
                                                            rtsp::BasicUse basic) {
    rtsp::HttpTunnel protocol(way.url, std::move(credentials), basic, way.sign_in);
    for (;;) {
        auto asking = write_text(stream, protocol.get_request());
        VEDETTE_CO_CHECK(co_await std::move(asking));
        auto reading = read_answer(stream, protocol);
        VEDETTE_CO_TRY(const auto next, co_await std::move(reading));
        if (next == rtsp::HttpTunnel::Next::open) break;
        auto dialling = dial_again(way);
        VEDETTE_CO_TRY(stream, co_await std::move(dialling));
    }
    auto tunnel = std::make_unique<Tunnel>(Tunnel{std::move(protocol), std::move(way), net::TcpStream()});
    auto opening = open_post(*tunnel);
    VEDETTE_CO_CHECK(co_await std::move(opening));
    co_return tunnel;
}

net::Awaitable<Result<>> write_through(Tunnel& tunnel, std::string output) {
    tunnel.looks = 0;
    VEDETTE_CO_TRY(const Post state, state_of(tunnel));
    if (state != Post::alive) {
        VEDETTE_CO_CHECK(tunnel.protocol.on_post_lost());
        auto opening = open_post(tunnel);
        VEDETTE_CO_CHECK(co_await std::move(opening));
    }
    auto writing = write_text(tunnel.post, tunnel.protocol.wrap(output));
    co_return co_await std::move(writing);
}

net::Awaitable<Result<>> look_after_post(Tunnel& tunnel) {
    VEDETTE_CO_TRY(const Post state, state_of(tunnel));
    if (state == Post::alive) co_return Result<>{};
    if (state == Post::closed && ++tunnel.looks < looks_before_repeating) co_return Result<>{};
    tunnel.looks = 0;
    VEDETTE_CO_CHECK(tunnel.protocol.on_post_lost());
    auto opening = open_post(tunnel);
    co_return co_await std::move(opening);
}

}  // namespace vedette::gateway::camera_process
