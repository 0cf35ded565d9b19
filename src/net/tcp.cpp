#include "net/tcp.hpp"

#include <cerrno>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "net/as_values.hpp"
#include "net/outgoing.hpp"
#include "net/timeout.hpp"

namespace vedette::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// A camera that loses power sends no FIN: probe after 20 s of silence, give up 3 probes later.
constexpr int keep_alive_idle_seconds = 20;
constexpr int keep_alive_interval_seconds = 5;
constexpr int keep_alive_probes = 3;

std::unexpected<Error> stream_failure(const boost::system::error_code& error) {
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
        return fail(ErrorKind::cancelled, "The connection was closed on this side");
    return fail(ErrorKind::unavailable, "The connection broke: {}", error.message());
}

std::unexpected<Error> connect_failure(const boost::system::error_code& error, const std::string& where) {
    if (error == asio::error::connection_refused)
        return fail(ErrorKind::unavailable, "{} refused the connection: nothing listens on that port", where);
    if (error == asio::error::host_unreachable || error == asio::error::network_unreachable)
        return fail(ErrorKind::unavailable, "{} can't be reached: there is no route to it from this machine",
                    where);
    if (error == asio::error::timed_out) return fail(ErrorKind::timeout, "{} does not answer", where);
    return fail(ErrorKind::unavailable, "{} can't be reached: {}", where, error.message());
}

void set_int_option(int fd, int level, int name, int value) {
    // These options only tune; a kernel that refuses one still gives a working connection.
    static_cast<void>(::setsockopt(fd, level, name, &value, sizeof value));
}

void tune(tcp::socket& socket) {
    const int fd = socket.native_handle();
    set_int_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_int_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_int_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, keep_alive_idle_seconds);
    set_int_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, keep_alive_interval_seconds);
    set_int_option(fd, IPPROTO_TCP, TCP_KEEPCNT, keep_alive_probes);
}

Result<> set_size_option(int fd, int name, std::size_t bytes, std::string_view what) {
    const int value = static_cast<int>(bytes);
    if (::setsockopt(fd, SOL_SOCKET, name, &value, sizeof value) != 0) return fail_errno(errno, what);
    return {};
}

Awaitable<Result<tcp::socket>> resolve_and_connect(std::string host, std::uint16_t port, Towards towards) {
    const auto executor = co_await asio::this_coro::executor;
    const std::string where = endpoint_text(host, port);
    std::vector<tcp::endpoint> endpoints;
    boost::system::error_code error;
    const auto literal = asio::ip::make_address(host, error);
    if (!error) {
        if (literal.is_v6() && literal.to_v6().is_link_local() && literal.to_v6().scope_id() == 0)
            co_return fail(
                ErrorKind::invalid_input,
                "{} is valid on one network only: name the interface of this machine that leads to "
                "it, as in fe80::1%eth0",
                host);
        endpoints.emplace_back(literal, port);
    } else {
        tcp::resolver resolver(executor);
        const auto [failure, found] = co_await resolver.async_resolve(host, std::to_string(port), as_values);
        if (failure == asio::error::host_not_found_try_again)
            co_return fail(ErrorKind::unavailable,
                           "The name \"{}\" can't be looked up: the name server does not answer", host);
        if (failure) co_return fail(ErrorKind::not_found, "The host \"{}\" is unknown", host);
        for (const auto& entry : found) endpoints.push_back(entry.endpoint());
    }
    error = asio::error::host_not_found;
    std::optional<Error> refused;
    for (const auto& endpoint : endpoints) {
        tcp::socket socket(executor);
        socket.open(endpoint.protocol(), error);
        if (error) continue;
        const auto tied = towards == Towards::cameras
                              ? tie_to_interface(socket.native_handle(), endpoint.data(),
                                                 static_cast<socklen_t>(endpoint.size()))
                              : Result<>();
        if (!tied) {
            refused = tied.error();
            continue;
        }
        const auto [failure] = co_await socket.async_connect(endpoint, as_values);
        if (!failure) {
            socket.non_blocking(true, error);
            tune(socket);
            co_return socket;
        }
        error = failure;
    }
    if (refused) co_return std::unexpected(std::move(*refused));
    co_return connect_failure(error, where);
}

}  // namespace

std::string endpoint_text(const std::string& host, std::uint16_t port) {
    return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                               : fmt::format("[{}]:{}", host, port);
}

struct TcpStream::State {
    explicit State(tcp::socket s) : socket(std::move(s)) {}
    Awaitable<Result<>> wait_for(TlsSession::Wants what);
    tcp::socket socket;
    std::optional<TlsSession> tls;
};

Awaitable<Result<>> TcpStream::State::wait_for(TlsSession::Wants what) {
    const auto kind = what == TlsSession::Wants::write ? tcp::socket::wait_write : tcp::socket::wait_read;
    const auto [error] = co_await socket.async_wait(kind, as_values);
    if (error) co_return stream_failure(error);
    co_return Result<>{};
}

TcpStream::TcpStream() = default;
TcpStream::TcpStream(std::shared_ptr<State> state) : state_(std::move(state)) {}
TcpStream::TcpStream(TcpStream&&) noexcept = default;
TcpStream::~TcpStream() {
    close();
}

TcpStream& TcpStream::operator=(TcpStream&& other) noexcept {
    if (this != &other) {
        close();
        state_ = std::move(other.state_);
    }
    return *this;
}

Result<TcpStream> TcpStream::adopt(asio::any_io_executor executor, File file) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getpeername(file.fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return fail_errno(errno, "A connection that was handed over");
    if (address.ss_family != AF_INET && address.ss_family != AF_INET6)
        return fail(ErrorKind::invalid_input, "what was handed over is no TCP connection");
    tcp::socket socket(executor);
    boost::system::error_code error;
    socket.assign(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), file.fd(), error);
    if (!error) {
        static_cast<void>(file.release());
        socket.non_blocking(true, error);
    }
    if (error) return fail(ErrorKind::internal, "a connection can't be taken over: {}", error.message());
    return TcpStream(std::make_shared<State>(std::move(socket)));
}

Result<File> TcpStream::release() {
    if (!is_open() || state_->tls) return fail(ErrorKind::internal, "there is no connection to hand over");
    boost::system::error_code error;
    File file(state_->socket.release(error));
    state_.reset();
    if (error) return fail(ErrorKind::internal, "a connection can't be handed over: {}", error.message());
    return file;
}

Awaitable<Result<>> TcpStream::wait_readable() {
    const auto state = state_;
    if (!state) co_return fail(ErrorKind::unavailable, "Not connected");
    if (state->tls && state->tls->may_hold_bytes()) co_return Result<>{};
    const auto [error] = co_await state->socket.async_wait(tcp::socket::wait_read, as_values);
    if (error) co_return stream_failure(error);
    co_return Result<>{};
}

Result<std::size_t> TcpStream::read_available(std::span<std::byte> buffer) {
    if (!is_open()) return fail(ErrorKind::unavailable, "Not connected");
    if (state_->tls) return state_->tls->read(buffer);
    while (true) {
        const ssize_t got =
            ::recv(state_->socket.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got > 0) return static_cast<std::size_t>(got);
        if (got == 0 && buffer.empty()) return 0U;
        if (got == 0) return fail(ErrorKind::unavailable, "The peer closed the connection");
        if (errno == EAGAIN || errno == EWOULDBLOCK) return 0U;
        if (errno != EINTR) return fail_errno(errno, "The connection broke");
    }
}

Awaitable<Result<std::size_t>> TcpStream::read_some(std::span<std::byte> buffer) {
    while (true) {
        const auto got = read_available(buffer);
        if (!got || *got > 0) co_return got;
        VEDETTE_CO_CHECK(co_await wait_readable());
    }
}

Awaitable<Result<>> TcpStream::write_all(ByteView data) {
    const auto state = state_;
    if (!state) co_return fail(ErrorKind::unavailable, "Not connected");
    while (state->tls && !data.empty()) {
        VEDETTE_CO_TRY(const TlsSession::Written written, state->tls->write(data));
        data = data.subspan(written.bytes);
        const TlsSession::Wants wants = written.wants;
        if (wants != TlsSession::Wants::nothing) VEDETTE_CO_CHECK(co_await state->wait_for(wants));
    }
    if (state->tls) co_return Result<>{};
    const auto bytes = asio::buffer(data.data(), data.size());
    const auto [error, count] = co_await asio::async_write(state->socket, bytes, as_values);
    static_cast<void>(count);
    if (error) co_return stream_failure(error);
    co_return Result<>{};
}

namespace {
template <class State>  // TcpStream::State is private
Awaitable<Result<TlsPeer>> shake_hands(std::shared_ptr<State> state, TlsSession tls) {
    while (true) {
        VEDETTE_CO_TRY(const TlsSession::Wants wants, tls.handshake());
        if (wants == TlsSession::Wants::nothing) break;
        VEDETTE_CO_CHECK(co_await state->wait_for(wants));
    }
    TlsPeer peer = tls.peer();
    state->tls.emplace(std::move(tls));
    co_return peer;
}
}  // namespace

Awaitable<Result<TlsPeer>> TcpStream::start_tls(std::string host, std::chrono::nanoseconds limit,
                                                TlsFloor floor) {
    const auto state = state_;
    if (!state) co_return fail(ErrorKind::unavailable, "Not connected");
    VEDETTE_CO_TRY(TlsSession tls, TlsSession::connect(state->socket.native_handle(), host, floor));
    auto shaking = shake_hands(state, std::move(tls));
    auto peer = co_await with_timeout(
        limit, "nothing answers the TLS handshake: is this the RTSPS port (usually 322)?",
        std::move(shaking));
    co_return peer;
}

Awaitable<Result<TlsPeer>> TcpStream::start_tls(std::string host, std::chrono::nanoseconds limit,
                                                std::shared_ptr<const TlsClientContext> trust) {
    const auto state = state_;
    if (!state) co_return fail(ErrorKind::unavailable, "Not connected");
    VEDETTE_CO_TRY(TlsSession tls, TlsSession::connect(state->socket.native_handle(), host, *trust));
    auto shaking = shake_hands(state, std::move(tls));
    auto peer = co_await with_timeout(limit, "nothing answers the TLS handshake: does this port speak TLS?",
                                      std::move(shaking));
    co_return peer;
}

Result<> TcpStream::set_receive_low_water_mark(std::size_t bytes) {
    if (!is_open()) return fail(ErrorKind::unavailable, "Not connected");
    return set_size_option(state_->socket.native_handle(), SO_RCVLOWAT, bytes,
                           "Setting the receive low-water mark");
}

Result<> TcpStream::set_buffer_sizes(std::size_t receive, std::size_t send) {
    if (!is_open()) return fail(ErrorKind::unavailable, "Not connected");
    const int fd = state_->socket.native_handle();
    if (receive > 0)
        VEDETTE_CHECK(set_size_option(fd, SO_RCVBUF, receive, "Setting the receive buffer's size"));
    if (send > 0) VEDETTE_CHECK(set_size_option(fd, SO_SNDBUF, send, "Setting the send buffer's size"));
    return {};
}

void TcpStream::close() {
    if (!state_) return;
    boost::system::error_code ignored;
    state_->socket.close(ignored);
}

bool TcpStream::is_open() const {
    return state_ && state_->socket.is_open();
}

std::string TcpStream::peer() const {
    if (!is_open()) return {};
    boost::system::error_code error;
    const auto endpoint = state_->socket.remote_endpoint(error);
    return error ? std::string() : endpoint_text(endpoint.address().to_string(), endpoint.port());
}

std::string TcpStream::local_address() const {
    if (!is_open()) return {};
    boost::system::error_code error;
    const auto endpoint = state_->socket.local_endpoint(error);
    return error ? std::string() : endpoint.address().to_string();
}

std::string TcpStream::peer_address() const {
    if (!is_open()) return {};
    boost::system::error_code error;
    const auto endpoint = state_->socket.remote_endpoint(error);
    return error ? std::string() : endpoint.address().to_string();
}

std::string TcpStream::peer_address_without_zone() const {
    if (!is_open()) return {};
    boost::system::error_code error;
    auto address = state_->socket.remote_endpoint(error).address();
    if (address.is_v6()) address = asio::ip::address_v6(address.to_v6().to_bytes());
    return error ? std::string() : address.to_string();
}

Result<std::size_t> TcpStream::unacknowledged() const {
    if (!is_open()) return fail(ErrorKind::unavailable, "Not connected");
    int bytes = 0;
    if (::ioctl(state_->socket.native_handle(), SIOCOUTQ, &bytes) != 0) return fail_errno(errno, "SIOCOUTQ");
    return static_cast<std::size_t>(bytes);
}

int TcpStream::native_handle() const {
    return is_open() ? state_->socket.native_handle() : -1;
}

bool TcpStream::may_hold_bytes() const {
    return state_ && state_->tls && state_->tls->may_hold_bytes();
}

Awaitable<Result<TcpStream>> connect_tcp(std::string host, std::uint16_t port, std::chrono::nanoseconds limit,
                                         Towards towards) {
    const std::string late = fmt::format("{} does not answer", endpoint_text(host, port));
    auto connecting = resolve_and_connect(std::move(host), port, towards);
    auto socket = co_await with_timeout(limit, late, std::move(connecting));
    if (!socket) co_return std::unexpected(std::move(socket).error());
    co_return TcpStream(std::make_shared<TcpStream::State>(std::move(*socket)));
}

}  // namespace vedette::net
