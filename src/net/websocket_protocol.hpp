#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "net/http.hpp"

namespace vedette::net {

/// The value of Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
std::string websocket_accept(std::string_view key);

/// The server's side of RFC 6455 without I/O: received bytes in, messages out; messages in, pieces to send
/// out. Pings are answered and closing is acknowledged inside. No extension is ever agreed on.
class WebSocketProtocol {
  public:
    using Piece = std::variant<std::string, SharedBytes>;

    /// A longer message than `message_limit` bytes is refused with close code 1009.
    explicit WebSocketProtocol(std::size_t message_limit);
    ~WebSocketProtocol();
    WebSocketProtocol(const WebSocketProtocol&) = delete;
    WebSocketProtocol& operator=(const WebSocketProtocol&) = delete;

    /// Takes bytes from the peer. False once nothing more is to be read: the peer closed, or broke the
    /// protocol, and the close frame for that is among the output.
    bool feed(ByteView bytes);
    std::optional<WebSocketMessage> next_message();
    std::size_t received_bytes() const;  ///< in messages that next_message() will give

    /// Each returns false, and does nothing, once a close frame is queued.
    bool queue_text(std::string text);
    bool queue_binary(std::vector<SharedBytes> pieces);
    bool queue_ping();
    /// `code` as in RFC 6455 section 7.4; `reason` is cut to 123 bytes.
    bool queue_close(std::uint16_t code, std::string_view reason);

    /// The next pieces to send, in order: at least one when there is output, then until `enough` bytes.
    std::vector<Piece> take_output(std::size_t enough);
    std::size_t queued_bytes() const;  ///< in the output that was not taken yet
    bool close_received() const;
    bool close_queued() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

ByteView view_of(const WebSocketProtocol::Piece& piece);

}  // namespace vedette::net
