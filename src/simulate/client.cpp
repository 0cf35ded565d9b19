#include "simulate/client.hpp"

#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

namespace vedette::simulate {

/// Bytes taken by the socket; nullopt when the connection is broken.
std::optional<std::size_t> Client::send_some(ByteView bytes) {
    if (tls) {
        if (shaking_hands) return 0;
        const auto written = tls->write(bytes);
        if (!written) return std::nullopt;
        return written->bytes;
    }
    while (true) {
        const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
        if (errno != EINTR) return std::nullopt;
    }
}

Result<std::size_t> Client::receive(std::span<std::byte> buffer) {
    if (shaking_hands) {
        VEDETTE_TRY(const net::TlsSession::Wants wants, tls->handshake());
        shaking_hands = wants != net::TlsSession::Wants::nothing;
    }
    if (shaking_hands) return 0U;
    if (tls) return tls->read(buffer);
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) return static_cast<std::size_t>(got);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0U;
    return fail(ErrorKind::unavailable, "the client closed the connection");
}

Client::~Client() {
    ::close(fd);
}

Client::Sent Client::send(ByteView bytes) {
    if (has_pending()) {
        const auto n = send_some(ByteView(pending_).subspan(pending_at_));
        if (!n) return Sent::broken;
        bytes_sent += *n;
        pending_at_ += *n;
    }
    if (!has_pending()) {
        pending_.clear();
        pending_at_ = 0;
        if (bytes.empty()) return Sent::all;
        const auto n = send_some(bytes);
        if (!n) return Sent::broken;
        bytes_sent += *n;
        bytes = bytes.subspan(*n);
    }
    if (bytes.empty()) return has_pending() ? Sent::partly : Sent::all;
    if (pending_.size() - pending_at_ + bytes.size() > max_pending_bytes) return Sent::too_slow;
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(pending_at_));
    pending_at_ = 0;
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    return Sent::partly;
}

}  // namespace vedette::simulate
