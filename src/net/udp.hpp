#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>

#include "net/http.hpp"

namespace vedette::net {

constexpr std::size_t max_datagram_bytes = 64 * 1024;

struct Datagram {
    Bytes data;
    std::string address;  ///< of the sender; a link-local one with its zone
    std::uint16_t port = 0;
};

/// A UDP socket of IPv4 or IPv6 for discovery: small messages, one at a time. Use from one event loop's
/// thread. Closed when destroyed, which wakes what waits.
class UdpSocket {
  public:
    /// Bound to a local address ("0.0.0.0" or "::": any of that family) and port (0: any free one); a
    /// link-local one, also of a group, needs its zone (fe80::1%eth0). Multicast leaves by the interface that
    /// has this address. `shared`: others may be bound to the same port (SO_REUSEADDR), as for multicast
    /// groups.
    static Result<UdpSocket> open(boost::asio::any_io_executor executor, const std::string& address,
                                  std::uint16_t port, bool shared = false);
    ~UdpSocket();
    UdpSocket(UdpSocket&&) noexcept;
    UdpSocket& operator=(UdpSocket&&) noexcept;

    /// Receives what is sent to `group`, of the family of the socket, on the interface that has the address
    /// `interface`.
    Result<> join(const std::string& group, const std::string& interface);
    /// Sends without waiting; what the kernel has no room for is lost, as datagrams are.
    Result<> send(std::string_view data, const std::string& address, std::uint16_t port);
    /// Waits for one. Error `cancelled` when the socket is closed.
    Awaitable<Result<Datagram>> receive();
    void close();
    std::uint16_t port() const;

  private:
    struct State;
    explicit UdpSocket(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace vedette::net
