#include "net/http_server.hpp"

#include <cerrno>
#include <map>
#include <set>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "net/as_values.hpp"
#include "net/http_connection.hpp"
#include "net/outgoing.hpp"
#include "net/task_group.hpp"
#include "net/timeout.hpp"
#include "net/tls_context.hpp"

namespace vedette::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// When the process has no file descriptor left, accept fails at once and for as long.
constexpr std::chrono::milliseconds accept_retry{100};

std::unexpected<Error> listen_failure(const boost::system::error_code& error,
                                      const HttpServerOptions& options) {
    const auto port = options.port;
    if (error.value() == EADDRINUSE)
        return fail(ErrorKind::conflict, "Port {} is in use by another program; choose another with {}", port,
                    options.port_option);
    if (error.value() == EACCES || error.value() == EPERM)
        return fail(ErrorKind::forbidden,
                    "Port {} needs a permission that this user lacks; choose one from 1024 with {}", port,
                    options.port_option);
    if (error.value() == EADDRNOTAVAIL)
        return fail(ErrorKind::invalid_input, "The address {} is none of this machine's", options.address);
    return fail(ErrorKind::unavailable, "Can't listen on port {}: {}", port, error.message());
}

boost::system::error_code try_listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
    boost::system::error_code error;
    acceptor.close(error);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint.address().is_v6()) {
        const bool single_family = !endpoint.address().is_unspecified();
        acceptor.set_option(asio::ip::v6_only(single_family), error);
    }
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    return error;
}

Result<> listen_on(tcp::acceptor& acceptor, const HttpServerOptions& options) {
    boost::system::error_code error;
    if (!options.address.empty()) {
        const auto address = asio::ip::make_address(options.address, error);
        if (error)
            return fail(ErrorKind::invalid_input, "\"{}\" is no IPv4 or IPv6 address", options.address);
        error = try_listen(acceptor, {address, options.port});
    } else {
        error = try_listen(acceptor, {asio::ip::address_v6::any(), options.port});
        // A kernel without IPv6 is an ordinary machine.
        if (error.value() == EAFNOSUPPORT || error.value() == EADDRNOTAVAIL)
            error = try_listen(acceptor, {asio::ip::address_v4::any(), options.port});
    }
    if (error) return listen_failure(error, options);
    return {};
}

Response refuse_in_plain_text(unsigned status, std::string detail) {
    return {.status = status,
            .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
            .body = std::move(detail) + "\n",
            .upgrade = {}};
}

std::string address_text(const tcp::endpoint& endpoint) {
    const auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    return address.to_string();
}

}  // namespace

struct HttpServer::State {
    State(const asio::any_io_executor& executor, HttpServerOptions o)
        : options(std::move(o)), acceptor(executor), tasks(executor, "HTTP server") {}

    HttpServerOptions options;
    tcp::acceptor acceptor;
    std::shared_ptr<asio::ssl::context> tls;
    std::shared_ptr<const HttpService> service;
    std::map<std::string, std::size_t> per_address;
    std::set<std::shared_ptr<HttpConnection>> connections;
    bool stopping = false;
    TaskGroup tasks;

    ClientCertificates clients() const {
        return options.ask_for_certificates ? ClientCertificates::asked : ClientCertificates::unasked;
    }
    bool admit(const std::string& address) const {
        if (connections.size() >= options.limits.connections) return false;
        const auto found = per_address.find(address);
        return found == per_address.end() || found->second < options.limits.connections_per_address;
    }
    void remove(const std::string& address, const std::shared_ptr<HttpConnection>& connection) {
        connections.erase(connection);
        const auto found = per_address.find(address);
        if (--found->second == 0) per_address.erase(found);
    }
};

namespace {

template <class State>
Awaitable<void> serve(std::shared_ptr<State> state, tcp::socket socket, std::string address) {
    const auto connection =
        make_http_connection(std::move(socket), state->tls, state->service, state->options.limits, address);
    state->connections.insert(connection);
    ++state->per_address[address];
    // Also when this coroutine is destroyed with its event loop.
    const std::shared_ptr<void> removal(nullptr, [&](void*) { state->remove(address, connection); });
    co_await connection->run();
}

template <class State>
Awaitable<void> accept_all(std::shared_ptr<State> state) {
    while (state->acceptor.is_open()) {
        auto [error, socket] = co_await state->acceptor.async_accept(as_values);
        if (!state->acceptor.is_open()) break;
        if (error) {
            log::warn("A connection could not be accepted: {}", error.message());
            co_await sleep_for(accept_retry);
            continue;
        }
        const auto peer = socket.remote_endpoint(error);
        if (error) continue;
        std::string address = address_text(peer);
        const auto local = socket.local_endpoint(error);
        if (error || crosses_networks(local.data(), peer.data(), static_cast<socklen_t>(peer.size()))) {
            log::debug("{} is in a camera network; it is not let in", address);
            continue;
        }
        if (!state->admit(address)) {
            log::debug("Too many connections; refusing one of {}", address);
            continue;
        }
        socket.set_option(tcp::no_delay(true), error);
        state->tasks.spawn(serve(state, std::move(socket), std::move(address)));
    }
}

}  // namespace

HttpServer::HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() {
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    state_->tasks.cancel();
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(asio::any_io_executor executor,
                                                      HttpServerOptions options,
                                                      const crypto::ServerCertificate& certificate,
                                                      RequestHandler handler) {
    const auto state = std::make_shared<State>(executor, std::move(options));
    VEDETTE_TRY(state->tls, make_server_tls(certificate, state->clients()));
    const auto& refuse = state->options.refuse;
    state->service = std::make_shared<const HttpService>(
        HttpService{.answer = std::move(handler), .refuse = refuse ? refuse : refuse_in_plain_text});
    VEDETTE_CHECK(listen_on(state->acceptor, state->options));
    state->tasks.spawn(accept_all(state));
    return std::unique_ptr<HttpServer>(new HttpServer(state));
}

std::uint16_t HttpServer::port() const {
    boost::system::error_code error;
    return state_->acceptor.local_endpoint(error).port();
}

std::size_t HttpServer::connections() const {
    return state_->connections.size();
}

Result<> HttpServer::use_certificate(const crypto::ServerCertificate& certificate) {
    VEDETTE_TRY(state_->tls, make_server_tls(certificate, state_->clients()));
    return {};
}

Awaitable<void> HttpServer::stop(std::chrono::nanoseconds grace) {
    const auto state = state_;
    boost::system::error_code ignored;
    state->acceptor.close(ignored);
    const auto open = state->connections;
    for (const auto& connection : open) connection->finish();
    co_await state->tasks.stop(grace);
}

}  // namespace vedette::net
