#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "net/http.hpp"
#include "net/tls_client.hpp"
#include "net/tls_session.hpp"

namespace vedette::net {

/// Whom a connection is for: cameras are reached by the interfaces of restrict_outgoing() alone, a server
/// that the administrator has named by any.
enum class Towards : std::uint8_t { cameras, server };

/// "camera.example:554", "[2001:db8::1]:554": as people and addresses write it. Any thread.
std::string endpoint_text(const std::string& host, std::uint16_t port);

/// A connected TCP socket for protocols that read in bulk: wait once, then read without blocking until there
/// is nothing more, into memory of the caller. No read allocates. Use from one event loop's thread; one
/// waiting read and one write at a time. Closed when destroyed.
class TcpStream {
  public:
    TcpStream();  ///< not connected; every operation fails
    ~TcpStream();
    TcpStream(TcpStream&&) noexcept;
    TcpStream& operator=(TcpStream&&) noexcept;

    /// A connection that was made elsewhere, as with connect_tcp(). `invalid_input` when it is none.
    static Result<TcpStream> adopt(boost::asio::any_io_executor executor, File socket);
    /// Gives the connection away; before start_tls(). An error when there is none.
    Result<File> release();

    /// Begins TLS as the client; all bytes pass through it from then on. `host`: whom the certificate has to
    /// name. The handshake tells who is there and trusts nobody: judge the peer before anything confidential
    /// is written. `unsupported` when no safe TLS is spoken there, `timeout` after `limit`.
    Awaitable<Result<TlsPeer>> start_tls(std::string host, std::chrono::nanoseconds limit,
                                         TlsFloor floor = TlsFloor::modern);
    /// The same towards a server: `trust` judges it within the handshake, `forbidden` when it is not the one.
    Awaitable<Result<TlsPeer>> start_tls(std::string host, std::chrono::nanoseconds limit,
                                         std::shared_ptr<const TlsClientContext> trust);

    /// Until there are bytes to read, at least the low-water mark of them, or the peer has closed.
    Awaitable<Result<>> wait_readable();
    /// What is there now, at most buffer.size() bytes: 0 when nothing is there. Error `unavailable` when the
    /// peer has closed or reset the connection.
    Result<std::size_t> read_available(std::span<std::byte> buffer);
    /// wait_readable() and read_available() until there is at least one byte.
    Awaitable<Result<std::size_t>> read_some(std::span<std::byte> buffer);
    /// Writes all of `data`, which the caller keeps alive until this ends.
    Awaitable<Result<>> write_all(ByteView data);

    /// SO_RCVLOWAT: wait_readable() wakes only once this many bytes are there. Below the receive buffer's
    /// size; and a peer that sends less and waits would wait forever, so raise it only while media flows.
    Result<> set_receive_low_water_mark(std::size_t bytes);
    /// SO_RCVBUF and SO_SNDBUF; 0 leaves the kernel's automatic size.
    Result<> set_buffer_sizes(std::size_t receive, std::size_t send);
    /// Wakes what waits on the stream, with an error of kind `cancelled`.
    void close();
    bool is_open() const;
    /// "192.0.2.7:554" or "[2001:db8::7]:554"; empty when not connected.
    std::string peer() const;
    std::string local_address() const;  ///< without port
    std::string peer_address() const;   ///< without port
    /// peer_address() without the zone of a link-local one, whose name the kernel would be asked for.
    std::string peer_address_without_zone() const;
    /// Bytes that were written and that the peer's TCP has not acknowledged yet.
    Result<std::size_t> unacknowledged() const;
    int native_handle() const;  ///< for waiting on it beside others; -1 when not connected
    /// TLS may hold bytes that were read and not asked for: the socket need not become readable for them.
    bool may_hold_bytes() const;

  private:
    friend Awaitable<Result<TcpStream>> connect_tcp(std::string, std::uint16_t, std::chrono::nanoseconds,
                                                    Towards);
    struct State;
    explicit TcpStream(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

/// Resolves `host`, a name or an IPv4 or IPv6 address without brackets, and connects to the first of its
/// addresses that answers; all within `limit`. Each failure is one sentence: unknown host (not_found),
/// refused or unreachable (unavailable), no answer (timeout). TCP_NODELAY and keep-alive are on.
Awaitable<Result<TcpStream>> connect_tcp(std::string host, std::uint16_t port, std::chrono::nanoseconds limit,
                                         Towards towards = Towards::cameras);

}  // namespace vedette::net
