// The floor that the recorder is measured against: receives the same cameras over RTSP, and does nothing with
// the bytes but AES-256-GCM in 16 KiB chunks, SHA-256 and write, with one fdatasync a second. No parsing, no
// index, no recovery.
//
// usage: bare_loop PORT CAMERAS FOLDER [LOW_WATER_BYTES] [direct|buffered] [tls]

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::size_t chunk_bytes = 16 * 1024;
constexpr std::size_t block_bytes = 256 * 1024;  // of one write
constexpr std::size_t tag_bytes = 16;

volatile std::sig_atomic_t stopping = 0;

[[noreturn]] void die(const char* what) {
    std::perror(what);
    std::exit(1);
}

// A connection, with TLS when `ssl` is set. It believes any certificate: what is measured is the work.
struct Link {
    int socket = -1;
    SSL* ssl = nullptr;

    ssize_t read(void* bytes, std::size_t size, int flags) const {
        return ssl != nullptr ? SSL_read(ssl, bytes, static_cast<int>(size))
                              : recv(socket, bytes, size, flags);
    }
    ssize_t write(const std::string& text) const {
        return ssl != nullptr ? SSL_write(ssl, text.data(), static_cast<int>(text.size()))
                              : send(socket, text.data(), text.size(), 0);
    }
};

struct Camera {
    Link link;
    int file = -1;
    unsigned char* block = nullptr;  // sealed bytes that wait to be written (direct mode)
    std::size_t filled = 0;
    EVP_MD_CTX* hash = nullptr;
};

void send_all(const Link& link, const std::string& text) {
    if (link.write(text) != static_cast<ssize_t>(text.size())) die("send");
}

std::string response(const Link& link) {
    std::string text;
    char byte = 0;
    while (text.size() < 16'384 && !text.ends_with("\r\n\r\n")) {
        if (link.read(&byte, 1, 0) != 1) die("recv");
        text += byte;
    }
    std::size_t body = 0;
    if (const auto at = text.find("Content-Length:"); at != std::string::npos)
        body = std::stoul(text.substr(at + 15));
    std::string content(body, '\0');
    for (std::size_t got = 0; got < body;) {
        const ssize_t n = link.read(content.data() + got, body - got, 0);
        if (n <= 0) die("recv");
        got += static_cast<std::size_t>(n);
    }
    if (!text.starts_with("RTSP/1.0 200")) {
        std::fprintf(stderr, "the camera answered: %s\n", text.c_str());
        std::exit(1);
    }
    return text + content;
}

Link open_link(int port, SSL_CTX* tls) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
    Link link{socket, nullptr};
    if (tls == nullptr) return link;
    link.ssl = SSL_new(tls);
    SSL_set_fd(link.ssl, socket);
    if (SSL_connect(link.ssl) != 1) die("TLS");
    return link;
}

// DESCRIBE, SETUP of each track, PLAY: as little RTSP as our own simulator needs.
Link play(int port, int number, SSL_CTX* tls) {
    const Link link = open_link(port, tls);
    const std::string url = "rtsp://127.0.0.1:" + std::to_string(port) + "/cam" + std::to_string(number);
    int sequence = 1;
    send_all(link, "DESCRIBE " + url + " RTSP/1.0\r\nCSeq: " + std::to_string(sequence++) +
                       "\r\nAccept: application/sdp\r\n\r\n");
    const std::string sdp = response(link);
    std::string session;
    int channel = 0;
    for (auto at = sdp.find("m="); at != std::string::npos; at = sdp.find("\nm=", at + 1)) {
        const auto control_at = sdp.find("a=control:", at) + 10;
        const std::string control =
            sdp.substr(control_at, sdp.find_first_of("\r\n", control_at) - control_at);
        const std::string target = control.starts_with("rtsp://") ? control : url + "/" + control;
        send_all(link, "SETUP " + target + " RTSP/1.0\r\nCSeq: " + std::to_string(sequence++) +
                           "\r\nTransport: RTP/AVP/TCP;unicast;interleaved=" + std::to_string(channel) + "-" +
                           std::to_string(channel + 1) + "\r\n" + session + "\r\n");
        channel += 2;
        const std::string answer = response(link);
        const auto session_at = answer.find("Session: ");
        session = answer.substr(session_at, answer.find_first_of(";\r", session_at) - session_at) + "\r\n";
    }
    send_all(link, "PLAY " + url + " RTSP/1.0\r\nCSeq: " + std::to_string(sequence) + "\r\n" + session +
                       "Range: npt=0-\r\n\r\n");
    return link;
}

class Sealer {
  public:
    Sealer() { EVP_EncryptInit_ex(context_, EVP_aes_256_gcm(), nullptr, key_.data(), nonce_.data()); }
    // Seals `size` bytes into `out`; returns the sealed size, with a tag behind each chunk.
    std::size_t seal(const unsigned char* in, std::size_t size, unsigned char* out) {
        std::size_t written = 0;
        for (std::size_t at = 0; at < size; at += chunk_bytes) {
            const std::size_t part = std::min(chunk_bytes, size - at);
            ++counter_;
            std::memcpy(nonce_.data(), &counter_, sizeof counter_);
            int length = 0;
            EVP_EncryptInit_ex(context_, nullptr, nullptr, nullptr, nonce_.data());
            EVP_EncryptUpdate(context_, out + written, &length, in + at, static_cast<int>(part));
            EVP_EncryptFinal_ex(context_, out + written + part, &length);
            EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_GCM_GET_TAG, tag_bytes, out + written + part);
            written += part + tag_bytes;
        }
        return written;
    }

  private:
    EVP_CIPHER_CTX* context_ = EVP_CIPHER_CTX_new();
    std::array<unsigned char, 32> key_{1};
    std::array<unsigned char, 12> nonce_{};
    std::uint64_t counter_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fprintf(stderr,
                     "usage: bare_loop PORT CAMERAS FOLDER [LOW_WATER_BYTES] [direct|buffered] [tls]\n");
        return 2;
    }
    const int port = std::atoi(argv[1]);
    const int count = std::atoi(argv[2]);
    const int low_water = argc > 4 ? std::atoi(argv[4]) : 1;
    const bool direct = argc > 5 && std::strcmp(argv[5], "direct") == 0;
    SSL_CTX* tls = nullptr;
    if (argc > 6 && std::strcmp(argv[6], "tls") == 0) {
        tls = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_read_ahead(tls, 1);
    }
    std::signal(SIGTERM, [](int) { stopping = 1; });
    std::signal(SIGINT, [](int) { stopping = 1; });

    const int poll = epoll_create1(0);
    std::vector<Camera> cameras(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        Camera& camera = cameras[static_cast<std::size_t>(i)];
        camera.link = play(port, i + 1, tls);
        if (tls != nullptr) fcntl(camera.link.socket, F_SETFL, O_NONBLOCK);
        if (setsockopt(camera.link.socket, SOL_SOCKET, SO_RCVLOWAT, &low_water, sizeof low_water) != 0)
            die("SO_RCVLOWAT");
        const std::string path = std::string(argv[3]) + "/" + std::to_string(i + 1) + ".sealed";
        camera.file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | (direct ? O_DIRECT : 0), 0600);
        if (camera.file < 0) die(path.c_str());
        if (direct) camera.block = static_cast<unsigned char*>(std::aligned_alloc(4096, block_bytes + 4096));
        camera.hash = EVP_MD_CTX_new();
        EVP_DigestInit_ex(camera.hash, EVP_sha256(), nullptr);
        epoll_event event{.events = EPOLLIN, .data = {.ptr = &camera}};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, camera.link.socket, &event) != 0) die("epoll_ctl");
    }

    Sealer sealer;
    std::vector<unsigned char> received(128 * 1024);
    std::vector<unsigned char> sealed(received.size() + received.size() / chunk_bytes * tag_bytes + 1024);
    std::array<epoll_event, 256> events;
    auto synced = std::chrono::steady_clock::now();
    while (stopping == 0) {
        const int ready = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 100);
        for (int i = 0; i < ready; ++i) {
            Camera& camera = *static_cast<Camera*>(events[static_cast<std::size_t>(i)].data.ptr);
            ssize_t n = 0;
            if (tls == nullptr) {
                n = camera.link.read(received.data(), received.size(), MSG_DONTWAIT);
            } else {  // a record at a time, until nothing more is there
                for (int got = 1; got > 0 && static_cast<std::size_t>(n) < received.size();
                     n += std::max(got, 0)) {
                    got = SSL_read(camera.link.ssl, received.data() + n,
                                   static_cast<int>(received.size() - static_cast<std::size_t>(n)));
                    if (got <= 0 && SSL_get_error(camera.link.ssl, got) != SSL_ERROR_WANT_READ) n = -1;
                    if (n < 0) break;
                }
                if (n == 0) continue;
            }
            if (n <= 0) {
                std::fprintf(stderr, "a camera closed the connection\n");
                return 1;
            }
            const std::size_t size = sealer.seal(received.data(), static_cast<std::size_t>(n), sealed.data());
            EVP_DigestUpdate(camera.hash, sealed.data(), size);
            if (!direct) {
                if (write(camera.file, sealed.data(), size) != static_cast<ssize_t>(size)) die("write");
                continue;
            }
            for (std::size_t at = 0; at < size;) {
                const std::size_t part = std::min(size - at, block_bytes - camera.filled);
                std::memcpy(camera.block + camera.filled, sealed.data() + at, part);
                camera.filled += part;
                at += part;
                if (camera.filled == block_bytes) {
                    if (write(camera.file, camera.block, block_bytes) != static_cast<ssize_t>(block_bytes))
                        die("write");
                    camera.filled = 0;
                }
            }
        }
        if (const auto now = std::chrono::steady_clock::now(); now - synced >= std::chrono::seconds(1)) {
            for (const Camera& camera : cameras) fdatasync(camera.file);
            synced = now;
        }
    }
    return 0;
}
