#include "net/tls_channel.hpp"

#include <cstring>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <openssl/err.h>
#include <openssl/sslerr.h>

#include "base/log.hpp"
#include "net/as_values.hpp"

namespace vedette::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t input_bytes = 32 * 1024;  // above HttpLimits::header_bytes, so that a header fits whole
constexpr std::size_t write_slice = 256 * 1024;
constexpr std::string_view plain_http_answer =
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 43\r\n\r\n"
    "This port speaks HTTPS: use https:// to it\n";

// One that can't be read is none.
std::optional<crypto::ClientCertificate> certificate_of(const SSL* ssl) {
    const X509* shown = SSL_get0_peer_certificate(ssl);
    if (!shown) return std::nullopt;
    unsigned char* der = nullptr;
    const int size = i2d_X509(shown, &der);
    if (size <= 0) return std::nullopt;
    const auto read =
        crypto::client_certificate_of_der(std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
    OPENSSL_free(der);
    return read ? std::optional(*read) : std::nullopt;
}

}  // namespace

TlsChannel::TlsChannel(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls, const HttpLimits& limits,
                       std::string peer_address)
    : tls_(std::move(tls)),
      stream_(std::move(socket), *tls_),
      limits_(limits),
      peer_address_(std::move(peer_address)),
      input_(input_bytes),
      arrived_(stream_.get_executor()),
      consumed_(stream_.get_executor()),
      read_deadline_(stream_.get_executor()),
      write_deadline_(stream_.get_executor()) {}

void TlsChannel::arm(asio::steady_timer& timer, std::chrono::milliseconds limit) {
    timer.expires_after(limit);
    timer.async_wait([weak = weak_from_this(), &timer](const boost::system::error_code& error) {
        const auto self = weak.lock();
        // A timer that was armed anew after this handler had been queued has not expired.
        if (error || !self || timer.expiry() > std::chrono::steady_clock::now()) return;
        self->abort();
    });
}

void TlsChannel::tell_closed() {
    closed_ = true;
    arrived_.notify();
    consumed_.notify();
    if (const auto told = std::exchange(told_, nullptr)) told();
}

void TlsChannel::abort() {
    boost::system::error_code ignored;
    stream_.next_layer().close(ignored);
    tell_closed();
}

Awaitable<bool> TlsChannel::wait_more(std::size_t known) {
    while (end_ - begin_ <= known && !closed_) co_await arrived_.wait();
    co_return end_ - begin_ > known;
}

void TlsChannel::consume(std::size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
    if (bytes > 0) consumed_.notify();
}

Awaitable<void> TlsChannel::pump_input() {
    while (!closed_) {
        if (end_ == input_.size() && begin_ > 0) {
            std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        if (end_ == input_.size()) {
            co_await consumed_.wait();
            continue;
        }
        // The buffer is not moved during the read: consume() only advances begin_, or starts over, below.
        const std::size_t at = end_;
        const auto space = asio::buffer(input_.data() + at, input_.size() - at);
        const auto [error, count] = co_await stream_.async_read_some(space, as_values);
        if (error) break;
        if (end_ != at) {  // all was consumed meanwhile
            std::memmove(input_.data() + end_, input_.data() + at, count);
        }
        end_ += count;
        arrived_.notify();
    }
    tell_closed();
}

Awaitable<bool> TlsChannel::write(std::vector<ByteView> pieces) {
    std::vector<asio::const_buffer> buffers;
    buffers.reserve(pieces.size());
    for (const ByteView piece : pieces) buffers.emplace_back(piece.data(), piece.size());
    arm(write_deadline_, limits_.write);
    const auto [error, count] = co_await asio::async_write(stream_, buffers, as_values);
    static_cast<void>(count);
    write_deadline_.cancel();
    co_return !error;
}

Awaitable<bool> TlsChannel::write_text(std::string text) {
    std::vector<ByteView> pieces{as_bytes(text)};
    co_return co_await write(std::move(pieces));
}

Awaitable<bool> TlsChannel::write_all(ByteView rest) {
    while (!rest.empty()) {
        const ByteView slice = rest.subspan(0, std::min(rest.size(), write_slice));
        rest = rest.subspan(slice.size());
        std::vector<ByteView> pieces{slice};
        const bool alive = co_await write(std::move(pieces));
        if (!alive) co_return false;
    }
    co_return true;
}

Awaitable<bool> TlsChannel::handshake() {
    arm(read_deadline_, limits_.handshake);
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, as_values);
    read_deadline_.cancel();
    if (!error) {
        certificate_ = certificate_of(stream_.native_handle());
        co_return true;
    }
    const bool plain = error.category() == asio::error::get_ssl_category() &&
                       ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
    if (plain) {
        arm(write_deadline_, limits_.linger);
        const auto answer = asio::buffer(plain_http_answer);
        co_await asio::async_write(stream_.next_layer(), answer, as_values);
        write_deadline_.cancel();
    } else {
        log::debug("{}: the TLS handshake failed: {}", peer_address_, error.message());
    }
    co_return false;
}

Awaitable<void> TlsChannel::close_gently() {
    if (closed_) co_return;
    arm(read_deadline_, limits_.linger);
    const auto [error] = co_await stream_.async_shutdown(as_values);
    boost::system::error_code ignored = error;
    stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
    while (!closed_) {
        consume(end_ - begin_);
        co_await arrived_.wait();
    }
    read_deadline_.cancel();
}

}  // namespace vedette::net
