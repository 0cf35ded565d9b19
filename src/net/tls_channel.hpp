#pragma once
// Inside of the server: the encrypted bytes of one accepted connection, each operation within its time.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include "crypto/certificates.hpp"
#include "net/event.hpp"
#include "net/http_limits.hpp"
#include "net/websocket.hpp"

namespace vedette::net {

/// Held by a shared_ptr. Use from the socket's executor.
class TlsChannel final : public ByteChannel, public std::enable_shared_from_this<TlsChannel> {
  public:
    TlsChannel(boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::ssl::context> tls,
               const HttpLimits& limits, std::string peer_address);

    /// False when it failed; a client that speaks plain HTTP was told to use HTTPS.
    Awaitable<bool> handshake();
    /// Reads all the time until the peer leaves, also while a request is being handled: so a client that
    /// leaves is noticed. What a client sends ahead is bounded by the buffer.
    Awaitable<void> pump_input();
    /// Is called once, when the peer is gone or abort() was called.
    void on_closed(std::function<void()> told) { told_ = std::move(told); }
    bool closed() const { return closed_; }
    /// That the client showed in the handshake.
    const std::optional<crypto::ClientCertificate>& certificate() const { return certificate_; }

    Awaitable<bool> wait_input() override { return wait_more(0); }
    /// Until input() has more than `known` bytes. False when the peer is gone.
    Awaitable<bool> wait_more(std::size_t known);
    ByteView input() const override {
        return std::as_bytes(std::span(input_)).subspan(begin_, end_ - begin_);
    }
    void consume(std::size_t bytes) override;
    Awaitable<bool> write(std::vector<ByteView> pieces) override;
    Awaitable<bool> write_text(std::string text);
    /// `bytes`, of any size, live until this ends.
    Awaitable<bool> write_all(ByteView bytes);
    /// The connection is aborted unless disarm_reading() comes within `limit`. One limit at a time.
    void arm_reading(std::chrono::milliseconds limit) { arm(read_deadline_, limit); }
    void disarm_reading() { read_deadline_.cancel(); }
    /// Sends close_notify and waits a little for the client to close: closing at once with unread input would
    /// make the kernel reset the connection and so discard the response on its way.
    Awaitable<void> close_gently();
    void abort() override;

  private:
    void arm(boost::asio::steady_timer& timer, std::chrono::milliseconds limit);
    void tell_closed();

    std::shared_ptr<boost::asio::ssl::context> tls_;
    boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
    HttpLimits limits_;
    std::string peer_address_;
    std::optional<crypto::ClientCertificate> certificate_;
    std::vector<char> input_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    Event arrived_;
    Event consumed_;
    boost::asio::steady_timer read_deadline_;
    boost::asio::steady_timer write_deadline_;
    std::function<void()> told_;
    bool closed_ = false;
};

}  // namespace vedette::net
