#pragma once
// The farm's UDP side: the interleaved frames of a tick, each as a datagram, with the faults that networks
// have.

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "net/media_sockets.hpp"

namespace vedette::simulate {

/// Where a client wants the datagrams of its tracks: video, audio. Even ports; RTCP goes one above.
using ClientPorts = std::array<std::optional<std::uint16_t>, 2>;

struct NetworkFaults {
    unsigned lose_every = 0;  ///< every n-th RTP packet is lost; 0: none
    unsigned swap_every = 0;  ///< every n-th RTP packet leaves after the one behind it; 0: none
};

/// Not thread-safe.
class DatagramSender {
  public:
    /// Opens a pair of ports on `address`.
    static Result<DatagramSender> open(const std::string& address, NetworkFaults faults);

    std::uint16_t server_port() const { return port_; }
    /// Sends the interleaved frames in `bytes` to a client's ports.
    void send(const std::string& client, const ClientPorts& ports, ByteView bytes);

  private:
    DatagramSender(net::MediaSockets sockets, std::uint16_t port, NetworkFaults faults)
        : sockets_(std::move(sockets)), port_(port), faults_(faults) {}

    net::MediaSockets sockets_;
    std::uint16_t port_ = 0;
    NetworkFaults faults_;
    std::uint64_t packets_ = 0;
};

}  // namespace vedette::simulate
