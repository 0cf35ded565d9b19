#include "gateway/camera_process/session_pump.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "net/timeout.hpp"

namespace vedette::gateway::camera_process {

namespace {

net::Awaitable<void> wait_into(CameraConnection& connection, Result<>& result) {
    if (connection.media.pairs() > 0)
        result = co_await connection.media.wait_readable(connection.stream);
    else
        result = co_await connection.stream.wait_readable();
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
    if (tunnel != nullptr && tunnel->protocol.awaits_answer())
        limit = std::min<decltype(limit)>(limit, post_look_period);
    if (connection.low_water_mark > 1) limit = std::min<decltype(limit)>(limit, longest_low_water_wait);
    if (limit > std::chrono::nanoseconds::zero()) {
        Result<> readable;
        auto waiting = wait_into(connection, readable);
        const bool in_time = co_await net::limit_time(limit, std::move(waiting));
        if (in_time && !readable) co_return readable;
    }
    if (connection.about_to_read) connection.about_to_read();
    for (std::size_t lot = 0; lot < max_lots; ++lot) {
        const auto size = stream.read_available(buffer);
        if (!size) co_return std::unexpected(size.error());
        if (tunnel != nullptr && *size > 0) tunnel->protocol.on_heard();
        session.receive(buffer.first(*size), clock.monotonic_now());
        if (*size < buffer.size()) break;
    }
    const MonotonicTime now = clock.monotonic_now();
    connection.media.receive(buffer, [&](std::size_t pair, bool rtcp, ByteView datagram) {
        session.receive_datagram(static_cast<std::uint8_t>(pair), rtcp, datagram, now);
    });
    if (tunnel != nullptr && tunnel->protocol.awaits_answer()) {
        auto looking = look_after_post(*tunnel);
        VEDETTE_CO_CHECK(co_await std::move(looking));
    }
    session.on_time(clock.monotonic_now());
    co_return Result<>{};
}

net::Awaitable<void> say_goodbye(CameraConnection& connection, rtsp::ClientSession& session) {
    std::string last = session.take_output();
    if (last.empty()) co_return;
    auto sending = send_output(connection, std::move(last));
    (void)co_await net::with_timeout(goodbye_limit, "the camera is gone", std::move(sending));
}

}  // namespace vedette::gateway::camera_process
