#include "net/test_client.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vedette::net {

struct TestClient::State {
    int fd = -1;
    SSL_CTX* context = nullptr;
    SSL* tls = nullptr;
    bool connected = false;

    ~State() {
        if (tls != nullptr) SSL_free(tls);
        if (context != nullptr) SSL_CTX_free(context);
        if (fd >= 0) ::close(fd);
    }
    long read_some(char* data, std::size_t size) {
        return tls != nullptr ? SSL_read(tls, data, static_cast<int>(size)) : ::recv(fd, data, size, 0);
    }
};

TestClient::TestClient(std::uint16_t port, bool tls) : state_(std::make_unique<State>()) {
    state_->fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(state_->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    const int on = 1;
    ::setsockopt(state_->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(state_->fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
    state_->connected = true;
    if (!tls) return;
    state_->context = SSL_CTX_new(TLS_client_method());
    state_->tls = SSL_new(state_->context);
    SSL_set_fd(state_->tls, state_->fd);
    state_->connected = SSL_connect(state_->tls) == 1;
}

TestClient::~TestClient() = default;

bool TestClient::connected() const {
    return state_->connected;
}

bool TestClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const long sent = state_->tls != nullptr
                              ? SSL_write(state_->tls, bytes.data(), static_cast<int>(bytes.size()))
                              : ::send(state_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::string TestClient::read_until(std::string_view end) {
    std::string text;
    char c = 0;
    while (text.find(end) == std::string::npos && state_->read_some(&c, 1) == 1) text += c;
    return text;
}

std::string TestClient::read_all() {
    std::string text;
    char buffer[4096];
    for (long got = 0; (got = state_->read_some(buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    return text;
}

std::string TestClient::read_exactly(std::size_t size) {
    std::string text;
    char buffer[4096];
    while (text.size() < size) {
        const long got = state_->read_some(buffer, std::min(sizeof buffer, size - text.size()));
        if (got <= 0) break;
        text.append(buffer, static_cast<std::size_t>(got));
    }
    return text;
}

void TestClient::reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(state_->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(state_->fd);
    state_->fd = -1;
}

std::string client_frame(unsigned first_byte, std::string_view payload) {
    constexpr std::string_view mask = "\x11\x22\x33\x44";
    std::string frame(1, static_cast<char>(first_byte));
    if (payload.size() < 126) {
        frame += static_cast<char>(0x80 | payload.size());
    } else if (payload.size() <= 0xffff) {
        frame += static_cast<char>(0xfe);
        for (int shift = 8; shift >= 0; shift -= 8) frame += static_cast<char>(payload.size() >> shift);
    } else {
        frame += static_cast<char>(0xff);
        for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(payload.size() >> shift);
    }
    frame += mask;
    for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
    return frame;
}

}  // namespace vedette::net
