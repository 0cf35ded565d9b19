#pragma once
// One connection of the farm: non-blocking socket, request parser, and what the socket did not take yet.

#include <memory>
#include <optional>

#include "base/time.hpp"
#include "net/tls_session.hpp"
#include "rtsp/stream_parser.hpp"
#include "simulate/quirks.hpp"
#include "simulate/session.hpp"
#include "simulate/tunnel.hpp"

namespace vedette::simulate {

/// A client that leaves more than this unread is closed.
inline constexpr std::size_t max_pending_bytes = 4U << 20;

struct Client {
    Client(int socket, Session rtsp_session, MonotonicTime now)
        : fd(socket), session(std::move(rtsp_session)), connected(now), last_heard(now) {}
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    enum class Sent : std::uint8_t { all, partly, too_slow, broken };
    /// Writes what was pending before, then `bytes`; keeps what the socket does not take.
    Sent send(ByteView bytes);
    Sent flush() { return send({}); }
    bool has_pending() const { return pending_at_ < pending_.size(); }

    /// What the socket has, at most buffer.size() bytes; 0: nothing now. Goes on with the TLS handshake
    /// first.
    Result<std::size_t> receive(std::span<std::byte> buffer);

    int fd;
    unsigned camera = 0;    ///< that its last request named
    std::string address{};  ///< of the client, without port
    std::optional<net::TlsSession> tls;
    bool shaking_hands = false;  ///< nothing may be written
    Opening opening{};
    std::string cookie{};        ///< of a tunnel's GET, by which its POST finds it
    std::size_t body_bytes = 0;  ///< of a POST
    Base64Stream body{};         ///< of a POST
    Session session;
    std::unique_ptr<QuirkScript> quirks{};  ///< null: a good camera
    rtsp::StreamParser parser;
    MonotonicTime connected;
    MonotonicTime last_heard;
    bool playing = false;
    bool waits_for_key = false;
    /// Pictures of the timeline that are still to be replayed; as fast as the client takes them.
    struct Replay {
        std::uint64_t next = 0;
        std::uint64_t end = 0;
        ReplayStamp stamp;
    };
    std::optional<Replay> replay{};
    bool wants_write = false;  ///< the event loop waits for room in the socket
    bool closing = false;      ///< to be closed as soon as pending is sent
    bool dead = false;
    std::uint64_t bytes_sent = 0;

  private:
    std::optional<std::size_t> send_some(ByteView bytes);

    Bytes pending_;
    std::size_t pending_at_ = 0;
};

}  // namespace vedette::simulate
