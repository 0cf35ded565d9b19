#include "net/media_sockets.hpp"

#include <array>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vedette::net {
namespace {

/// A sender that is not MediaSockets, at an IPv4 address of this machine.
class Sender {
  public:
    explicit Sender(const char* from) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        const sockaddr_in name = address(from, 0);
        EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
        const in_addr interface = name.sin_addr;
        ::setsockopt(fd_, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface);
    }
    ~Sender() { ::close(fd_); }
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;

    bool send(const char* to, std::uint16_t port, std::size_t size) {
        const Bytes bytes(size, std::byte{1});
        const sockaddr_in name = address(to, port);
        return ::sendto(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&name),
                        sizeof name) == static_cast<ssize_t>(size);
    }
    std::size_t receive() {
        pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, 10'000) != 1) return 0;
        std::array<char, 2000> buffer;
        return static_cast<std::size_t>(::recv(fd_, buffer.data(), buffer.size(), 0));
    }
    std::uint16_t port() const {
        sockaddr_in name{};
        socklen_t size = sizeof name;
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size);
        return ntohs(name.sin_port);
    }

  private:
    static sockaddr_in address(const char* text, std::uint16_t port) {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_port = htons(port);
        inet_pton(AF_INET, text, &name.sin_addr);
        return name;
    }
    int fd_;
};

struct Received {
    std::size_t pair;
    bool rtcp;
    std::size_t size;
    friend bool operator==(const Received&, const Received&) = default;
};

// Datagrams on loopback are there when sendto() returns.
std::vector<Received> take(MediaSockets& sockets) {
    std::vector<std::byte> buffer(4 * max_media_datagram_bytes);
    std::vector<Received> out;
    sockets.receive(buffer, [&](std::size_t pair, bool rtcp, ByteView datagram) {
        out.push_back({pair, rtcp, datagram.size()});
    });
    return out;
}

TEST(MediaSockets, PairsAreEvenAndOddAndTellWhereADatagramCameIn) {
    MediaSockets sockets;
    const std::uint16_t first = sockets.add_pair("127.0.0.1").value();
    const std::uint16_t second = sockets.add_pair("127.0.0.1").value();
    ASSERT_TRUE(sockets.allow_sender("127.0.0.1"));
    EXPECT_EQ(first % 2, 0);
    EXPECT_EQ(second % 2, 0);
    Sender camera("127.0.0.1");
    for (std::size_t i = 1; i <= 40; ++i) ASSERT_TRUE(camera.send("127.0.0.1", first, i));
    ASSERT_TRUE(camera.send("127.0.0.1", static_cast<std::uint16_t>(second + 1), 99));
    const std::vector<Received> got = take(sockets);
    ASSERT_EQ(got.size(), 41U) << "more than one batch";
    EXPECT_EQ(got[39], (Received{0, false, 40}));
    EXPECT_EQ(got[40], (Received{1, true, 99}));
    sockets.send(0, true, "127.0.0.1", camera.port(), Bytes(77));
    EXPECT_EQ(camera.receive(), 77U);
}

TEST(MediaSockets, OthersThanTheCameraAreNotHeard) {
    MediaSockets sockets;
    const std::uint16_t port = sockets.add_pair("127.0.0.1").value();
    ASSERT_TRUE(sockets.allow_sender("127.0.0.2"));
    EXPECT_FALSE(sockets.allow_sender("camera.example")) << "names are not looked up";
    Sender stranger("127.0.0.1");
    Sender camera("127.0.0.2");
    ASSERT_TRUE(stranger.send("127.0.0.1", port, 5));
    ASSERT_TRUE(camera.send("127.0.0.1", port, 6));
    EXPECT_EQ(take(sockets), (std::vector<Received>{{0, false, 6}}));
    EXPECT_EQ(sockets.foreign(), 1U);
}

TEST(MediaSockets, WhatIsTooLargeIsDroppedAndCounted) {
    MediaSockets sockets;
    const std::uint16_t port = sockets.add_pair("127.0.0.1").value();
    ASSERT_TRUE(sockets.allow_sender("127.0.0.1"));
    Sender camera("127.0.0.1");
    ASSERT_TRUE(camera.send("127.0.0.1", port, 10'000));
    ASSERT_TRUE(camera.send("127.0.0.1", port, max_media_datagram_bytes + 1));
    EXPECT_EQ(take(sockets), (std::vector<Received>{{0, false, 10'000}}));
    EXPECT_EQ(sockets.oversized(), 1U);
}

TEST(MediaSockets, HearsAGroup) {
    const std::uint16_t port = [] {
        MediaSockets free;
        return free.add_pair("127.0.0.1").value();
    }();
    MediaSockets sockets;
    ASSERT_TRUE(sockets.add_group("239.255.77.7", port, "127.0.0.1"));
    ASSERT_TRUE(sockets.allow_sender("127.0.0.1"));
    Sender camera("127.0.0.1");
    ASSERT_TRUE(camera.send("239.255.77.7", port, 8));
    ASSERT_TRUE(camera.send("239.255.77.7", static_cast<std::uint16_t>(port + 1), 9));
    EXPECT_EQ(take(sockets), (std::vector<Received>{{0, false, 8}, {0, true, 9}}));
}

TEST(MediaSockets, AGroupHasToBeOne) {
    MediaSockets sockets;
    for (const char* group : {"192.0.2.1", "127.0.0.1", "::1", "name"})
        EXPECT_FALSE(sockets.add_group(group, 5000, "127.0.0.1")) << group;
    EXPECT_FALSE(sockets.add_group("ff02::1", 5000, "127.0.0.1")) << "of another family";
    EXPECT_EQ(sockets.pairs(), 0U);
}

}  // namespace
}  // namespace vedette::net
