#include "net/udp.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/multicast.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <net/if.h>

#include "net/as_values.hpp"
#include "net/interfaces.hpp"
#include "net/outgoing.hpp"

namespace vedette::net {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

constexpr int multicast_hops = 1;  // discovery does not leave its network

std::unexpected<Error> udp_failure(const boost::system::error_code& error, std::string_view what) {
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
        return fail(ErrorKind::cancelled, "The socket was closed on this side");
    if (error == asio::error::address_in_use)
        return fail(ErrorKind::conflict, "{}: the port is in use", what);
    return fail(ErrorKind::unavailable, "{}: {}", what, error.message());
}

Result<asio::ip::address> parse(const std::string& text) {
    boost::system::error_code error;
    auto address = asio::ip::make_address(text, error);
    if (error) return fail(ErrorKind::invalid_input, "{} is no IP address", text);
    return address;
}

// The number of the interface that has the address; 0 lets the kernel choose.
unsigned interface_number(const asio::ip::address& address) {
    if (address.to_v6().scope_id() != 0) return static_cast<unsigned>(address.to_v6().scope_id());
    return if_nametoindex(interface_with(address.to_string()).c_str());
}

// Multicast leaves by the interface that has the address `local`.
void choose_interface(udp::socket& socket, const asio::ip::address& local, boost::system::error_code& error) {
    if (local.is_v4())
        socket.set_option(asio::ip::multicast::outbound_interface(local.to_v4()), error);
    else if (const unsigned number = interface_number(local); number != 0)
        socket.set_option(asio::ip::multicast::outbound_interface(number), error);
}

}  // namespace

struct UdpSocket::State {
    explicit State(asio::any_io_executor executor) : socket(executor), buffer(max_datagram_bytes) {}
    udp::socket socket;
    Bytes buffer;
};

UdpSocket::UdpSocket(std::shared_ptr<State> state) : state_(std::move(state)) {}
UdpSocket::UdpSocket(UdpSocket&&) noexcept = default;
UdpSocket::~UdpSocket() {
    close();
}
UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
    if (this != &other) {
        close();
        state_ = std::move(other.state_);
    }
    return *this;
}

Result<UdpSocket> UdpSocket::open(asio::any_io_executor executor, const std::string& address,
                                  std::uint16_t port, bool shared) {
    VEDETTE_TRY(const auto local, parse(address));
    const udp::endpoint own(local, port);
    if (!local.is_unspecified())
        VEDETTE_CHECK(check_interface(own.data(), static_cast<socklen_t>(own.size())));
    auto state = std::make_shared<State>(std::move(executor));
    const std::string what = fmt::format("UDP on {} port {}", address, port);
    boost::system::error_code error;
    state->socket.open(own.protocol(), error);
    if (!error && local.is_v6()) state->socket.set_option(asio::ip::v6_only(true), error);
    if (!error && shared) state->socket.set_option(udp::socket::reuse_address(true), error);
    if (!error) state->socket.bind(own, error);
    if (!error) state->socket.set_option(asio::ip::multicast::hops(multicast_hops), error);
    if (!error && !local.is_unspecified() && !local.is_multicast())
        choose_interface(state->socket, local, error);
    if (!error) state->socket.non_blocking(true, error);
    if (error) return udp_failure(error, what);
    return UdpSocket(std::move(state));
}

Result<> UdpSocket::join(const std::string& group, const std::string& interface) {
    VEDETTE_TRY(const auto multicast, parse(group));
    VEDETTE_TRY(const auto local, parse(interface));
    if (multicast.is_v4() != local.is_v4())
        return fail(ErrorKind::invalid_input, "{} and {} are not of the same family", group, interface);
    boost::system::error_code error;
    if (multicast.is_v4())
        state_->socket.set_option(asio::ip::multicast::join_group(multicast.to_v4(), local.to_v4()), error);
    else
        state_->socket.set_option(asio::ip::multicast::join_group(multicast.to_v6(), interface_number(local)),
                                  error);
    if (error) return udp_failure(error, fmt::format("joining {} on {}", group, interface));
    return {};
}

Result<> UdpSocket::send(std::string_view data, const std::string& address, std::uint16_t port) {
    VEDETTE_TRY(const auto to, parse(address));
    const udp::endpoint where(to, port);
    // What goes to a group leaves by the socket's own interface, which open() has looked at.
    if (!to.is_multicast()) VEDETTE_CHECK(check_outgoing(where.data(), static_cast<socklen_t>(where.size())));
    boost::system::error_code error;
    state_->socket.send_to(asio::buffer(data), where, 0, error);
    if (error && error != asio::error::would_block)
        return udp_failure(error, fmt::format("sending to {}", address));
    return {};
}

Awaitable<Result<Datagram>> UdpSocket::receive() {
    const auto state = state_;
    for (;;) {
        udp::endpoint from;
        const auto [error, size] =
            co_await state->socket.async_receive_from(asio::buffer(state->buffer), from, as_values);
        // An ICMP "port unreachable" for something that was sent is no reason to stop listening.
        if (error == asio::error::connection_refused) continue;
        if (error) co_return udp_failure(error, "receiving");
        co_return Datagram{
            .data = Bytes(state->buffer.begin(), state->buffer.begin() + static_cast<std::ptrdiff_t>(size)),
            .address = from.address().to_string(),
            .port = from.port()};
    }
}

void UdpSocket::close() {
    if (!state_) return;
    boost::system::error_code ignored;
    state_->socket.close(ignored);
}

std::uint16_t UdpSocket::port() const {
    boost::system::error_code error;
    const auto local = state_->socket.local_endpoint(error);
    return error ? std::uint16_t{0} : local.port();
}

}  // namespace vedette::net
