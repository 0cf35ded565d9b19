#include "gateway/ingest/session_pump.hpp"

#include <string>
#include <utility>

#include "net/timeout.hpp"

namespace vedette::gateway::ingest {

namespace {

constexpr std::chrono::seconds connect_limit{5};
constexpr std::chrono::seconds write_limit{5};
constexpr std::chrono::milliseconds goodbye_limit{500};

net::Awaitable<void> wait_into(net::TcpStream& stream, Result<>& result) {
    result = co_await stream.wait_readable();
}

}  // namespace

net::Awaitable<Result<>> exchange(net::TcpStream& stream, rtsp::ClientSession& session, const Clock& clock,
                                  std::span<std::byte> buffer) {
    if (session.has_output()) {
        const std::string output = session.take_output();
        auto writing = stream.write_all(as_bytes(output));
        VEDETTE_CO_CHECK(co_await net::with_timeout(write_limit, "the camera does not take our requests",
                                                    std::move(writing)));
    }
    const auto limit = session.deadline() - clock.monotonic_now();
    if (limit > std::chrono::nanoseconds::zero()) {
        Result<> readable;
        auto waiting = wait_into(stream, readable);
        const bool in_time = co_await net::limit_time(limit, std::move(waiting));
        if (in_time && !readable) co_return readable;
    }
    for (;;) {
        const auto size = stream.read_available(buffer);
        if (!size) co_return std::unexpected(size.error());
        session.receive(buffer.first(*size), clock.monotonic_now());
        if (*size < buffer.size()) break;
    }
    session.on_time(clock.monotonic_now());
    co_return Result<>{};
}

net::Awaitable<void> say_goodbye(net::TcpStream& stream, rtsp::ClientSession& session) {
    const std::string last = session.take_output();
    if (last.empty()) co_return;
    auto writing = stream.write_all(as_bytes(last));
    (void)co_await net::with_timeout(goodbye_limit, "the camera is gone", std::move(writing));
}

net::Awaitable<Result<net::TcpStream>> connect_camera(rtsp::Url url) {
    auto connecting = net::connect_tcp(url.host, url.port, connect_limit);
    co_return co_await std::move(connecting);
}

}  // namespace vedette::gateway::ingest
