#include "hub/syslog/connection.hpp"

#include <algorithm>
#include <array>

#include "net/timeout.hpp"

namespace vedette::hub::syslog {

namespace {

// A server that does not like our certificate says so only after the handshake (TLS 1.3).
constexpr std::chrono::milliseconds after_handshake{300};
constexpr std::chrono::milliseconds first_look{1};
constexpr std::chrono::milliseconds last_look{100};

}  // namespace

net::Awaitable<Result<Connection>> Connection::open(Target target, std::chrono::nanoseconds limit) {
    VEDETTE_CO_TRY(const auto trust, target.trust());
    auto connecting = net::connect_tcp(target.host, target.port, limit, net::Towards::server);
    VEDETTE_CO_TRY(net::TcpStream stream, co_await std::move(connecting));
    Connection connection(std::move(stream), target.where());
    if (!trust) co_return connection;
    auto shaking = connection.stream_.start_tls(target.host, limit, trust);
    const auto peer = co_await std::move(shaking);
    if (!peer)
        co_return fail(peer.error().kind, "{} is not talked to: {}", target.where(), peer.error().message);
    co_await net::sleep_for(after_handshake);
    const auto open = connection.check();
    if (!open)
        co_return fail(open.error().kind, "{}: does it ask for another certificate of ours?",
                       open.error().message);
    co_return connection;
}

std::unexpected<Error> Connection::failure(const Error& error) const {
    return fail(error.kind, "{} broke off: {}", where_, error.message);
}

net::Awaitable<Result<>> Connection::write_and_wait(const std::string& frames) {
    VEDETTE_CO_CHECK(co_await stream_.write_all(as_bytes(frames)));
    std::chrono::milliseconds pause = first_look;
    for (;;) {
        VEDETTE_CO_TRY(const std::size_t waiting, stream_.unacknowledged());
        if (waiting == 0) co_return Result<>();
        VEDETTE_CO_CHECK(read_away());
        co_await net::sleep_for(pause);
        pause = std::min(pause * 2, last_look);
    }
}

net::Awaitable<Result<>> Connection::send(std::string frames, std::chrono::nanoseconds limit) {
    std::string late = fmt::format("{} has taken nothing for {} s", where_,
                                   std::chrono::duration_cast<std::chrono::seconds>(limit).count());
    auto writing = write_and_wait(frames);
    auto limited = net::with_timeout(limit, std::move(late), std::move(writing));
    const auto sent = co_await std::move(limited);
    if (!sent && sent.error().kind != ErrorKind::timeout) co_return failure(sent.error());
    co_return sent;
}

Result<> Connection::check() {
    const auto open = read_away();
    if (!open) return failure(open.error());
    return {};
}

Result<> Connection::read_away() {
    std::array<std::byte, 4096> unread;
    for (;;) {
        VEDETTE_TRY(const std::size_t got, stream_.read_available(unread));
        if (got < unread.size()) return {};
    }
}

}  // namespace vedette::hub::syslog
