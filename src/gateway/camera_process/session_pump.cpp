#include "gateway/camera_process/session_pump.hpp"

#include <string>
#include <utility>

#include "net/timeout.hpp"

namespace vedette::gateway::camera_process {

namespace {

constexpr std::chrono::seconds write_limit{5};

net::Awaitable<void> wait_into(CameraConnection& connection, Result<>& result) {
    if (connection.media.pairs() > 0)
        result = co_await connection.media.wait_readable(connection.stream);
    else
        result = co_await connection.stream.wait_readable();
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
    const MonotonicTime now = clock.monotonic_now();
    connection.media.receive(buffer, [&](std::size_t pair, bool rtcp, ByteView datagram) {
        session.receive_datagram(static_cast<std::uint8_t>(pair), rtcp, datagram, now);
    });
    session.on_time(now);
    co_return Result<>{};
}

net::Awaitable<void> say_goodbye(net::TcpStream& stream, rtsp::ClientSession& session) {
    const std::string last = session.take_output();
    if (last.empty()) co_return;
    auto writing = stream.write_all(as_bytes(last));
    (void)co_await net::with_timeout(goodbye_limit, "the camera is gone", std::move(writing));
}

}  // namespace vedette::gateway::camera_process
