#pragma once
// UDP sockets of one media session: pairs of ports for RTP and RTCP (RFC 3550 section 11), or a multicast
// group.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "net/http.hpp"
#include "net/tcp.hpp"

namespace vedette::net {

/// Datagrams above this are cut and therefore dropped; cameras on loopback or with jumbo frames reach 10 kB.
constexpr std::size_t max_media_datagram_bytes = 16 * 1024;

/// Use from one event loop's thread. Datagrams of other senders than the allowed ones are dropped unread.
/// Closed when destroyed.
class MediaSockets {
  public:
    MediaSockets();  ///< without sockets
    ~MediaSockets();
    MediaSockets(MediaSockets&&) noexcept;
    MediaSockets& operator=(MediaSockets&&) noexcept;

    /// Opens a free even port and the odd one above it on `local_address`, IPv4 or IPv6 as TcpStream gives
    /// it. Returns the even one. `exhausted` when no pair is free.
    Result<std::uint16_t> add_pair(const std::string& local_address);
    /// Joins a multicast group at the interface that has `local_address`: RTP at `port`, RTCP at `port` + 1.
    Result<> add_group(const std::string& group, std::uint16_t port, const std::string& local_address);
    /// A pair that was opened elsewhere.
    Result<> adopt_pair(File rtp, File rtcp);
    /// For handing a pair to another process: RTP and RTCP socket. `pair` < pairs().
    std::array<int, 2> handles(std::size_t pair) const;
    /// Who may send; an address that can't be read is an error.
    Result<> allow_sender(const std::string& address);
    std::size_t pairs() const;

    /// Until a datagram is there, or `control` has something to read.
    Awaitable<Result<>> wait_readable(TcpStream& control);

    /// Where a datagram came in: pair, and whether at its RTCP port.
    using Sink = std::function<void(std::size_t pair, bool rtcp, ByteView datagram)>;
    /// Takes what is there now, without waiting, in batches; `buffer` of at least max_media_datagram_bytes.
    void receive(std::span<std::byte> buffer, const Sink& sink);
    /// Sends from the pair's RTP or RTCP port; what the kernel doesn't take is lost, as on any network.
    void send(std::size_t pair, bool rtcp, const std::string& address, std::uint16_t port, ByteView datagram);

    std::uint64_t foreign() const;    ///< datagrams of senders that are not allowed
    std::uint64_t oversized() const;  ///< cut ones

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace vedette::net
