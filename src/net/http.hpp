#pragma once
// HTTP as our handlers see it: plain values, no trace of the library below. RFC 9110 names.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/certificates.hpp"

namespace vedette::net {

template <class T = void>
using Awaitable = boost::asio::awaitable<T>;

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };
std::string_view to_string(Method method);

struct Header {
    std::string name;
    std::string value;
};

struct Request {
    Method method = Method::get;
    std::string path;  ///< percent-decoded, begins with '/', has no ".." segment
    std::vector<std::pair<std::string, std::string>> query;  ///< percent-decoded, in order
    std::vector<Header> headers;
    std::string body;          ///< at most HttpLimits::body_bytes
    std::string peer_address;  ///< the TCP peer, without port
    /// That the TLS client showed, and whose private key it has; at servers that ask for one.
    std::optional<crypto::ClientCertificate> certificate{};

    /// The first header of that name (case-insensitive), or empty.
    std::string_view header(std::string_view name) const;
    /// The first query parameter of that name.
    std::optional<std::string_view> query_value(std::string_view name) const;
    /// A cookie's value, or empty (RFC 6265 section 4.2.1).
    std::string_view cookie(std::string_view name) const;
};

struct WebSocketMessage {
    bool binary = false;
    Bytes data;
};

/// The server's side of one WebSocket (RFC 6455). Use from the executor of its handler.
class WebSocket {
  public:
    virtual ~WebSocket() = default;
    /// Waits for a whole message, of at most HttpLimits::websocket_message_bytes. Error `cancelled` when the
    /// peer closed it in good order, else what went wrong.
    virtual Awaitable<Result<WebSocketMessage>> receive() = 0;
    /// Queues a text message and returns at once.
    virtual void send_text(std::string text) = 0;
    /// Queues one binary message made of the pieces in order, which are not copied before encryption.
    virtual void send_binary(std::vector<SharedBytes> pieces) = 0;
    /// Bytes queued and not yet taken by the socket: how far a slow reader is behind.
    virtual std::size_t queued_bytes() const = 0;
    /// Starts the closing handshake (code of RFC 6455 section 7.4) after what is queued.
    virtual void close(std::uint16_t code, std::string reason) = 0;
};

/// A body that is made while it is sent; nullptr is its end. Destroyed when the client goes away.
class BodySource {
  public:
    virtual ~BodySource() = default;
    virtual Awaitable<Result<SharedBytes>> next() = 0;
};

struct Response {
    unsigned status = 200;
    std::vector<Header> headers;  ///< Content-Length, Date and Connection are the server's
    /// A ByteView's bytes outlive the server: those of a file that is compiled into the program.
    std::variant<std::string, SharedBytes, ByteView, std::unique_ptr<BodySource>> body;
    /// When set, and the request asked for it, the connection becomes a WebSocket and this runs until it
    /// returns.
    std::function<Awaitable<void>(std::unique_ptr<WebSocket>)> upgrade;
};

/// Answers every request of a server. Called on the server's executor, concurrently for different
/// connections.
using RequestHandler = std::function<Awaitable<Response>(Request)>;

/// Words the answer to a request that no handler gets to see, or whose handler failed: status 400, 413, 431
/// or 500, and one sentence that says why. Called on the server's executor.
using RefusalWriter = std::function<Response(unsigned status, std::string detail)>;

}  // namespace vedette::net
