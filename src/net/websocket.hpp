#pragma once

#include <functional>
#include <memory>
#include <span>

#include <boost/asio/any_io_executor.hpp>

#include "base/bytes.hpp"
#include "net/http.hpp"
#include "net/http_limits.hpp"

namespace vedette::net {

/// The encrypted connection below a WebSocket, as its owner shows it.
class ByteChannel {
  public:
    virtual ~ByteChannel() = default;
    /// Until input() is not empty. False when the peer is gone.
    virtual Awaitable<bool> wait_input() = 0;
    virtual ByteView input() const = 0;
    virtual void consume(std::size_t bytes) = 0;
    /// Writes all pieces, which live until this ends. False when the peer is gone.
    virtual Awaitable<bool> write(std::vector<ByteView> pieces) = 0;
    /// Ends all operations at once.
    virtual void abort() = 0;
};

using WebSocketHandler = std::function<Awaitable<void>(std::unique_ptr<WebSocket>)>;

/// Runs `handler` on a WebSocket over `channel`, whose opening handshake is done, until it returns and the
/// closing handshake is over. When the peer is gone the handler has `limits.close` to notice, then it is
/// cancelled.
Awaitable<void> serve_websocket(std::shared_ptr<ByteChannel> channel, WebSocketHandler handler,
                                HttpLimits limits);

}  // namespace vedette::net
