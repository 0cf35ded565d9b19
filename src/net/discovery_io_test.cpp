// What the search for cameras needs of the network: HTTP as a client, UDP, and the list of interfaces.
#include <algorithm>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "net/interfaces.hpp"
#include "net/udp.hpp"

namespace vedette::net {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

/// Answers one connection with fixed bytes, and keeps what it was sent.
class CannedServer {
  public:
    explicit CannedServer(std::string answer) : answer_(std::move(answer)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(listener_, 1), 0);
        EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~CannedServer() {
        thread_.join();
        ::close(listener_);
    }
    std::uint16_t port() const { return port_; }
    const std::string& received() const { return received_; }

  private:
    void serve() {
        const int fd = ::accept(listener_, nullptr, nullptr);
        char buffer[4096];
        while (received_.find("\r\n\r\nbody") == std::string::npos) {
            const auto got = ::recv(fd, buffer, sizeof buffer, 0);
            if (got <= 0) break;
            received_.append(buffer, static_cast<std::size_t>(got));
        }
        // In pieces, so that the parser has to wait for more.
        for (std::size_t at = 0; at < answer_.size(); at += 7)
            if (::send(fd, answer_.data() + at, std::min<std::size_t>(7, answer_.size() - at),
                       MSG_NOSIGNAL) <= 0)
                break;
        ::close(fd);
    }
    std::string answer_;
    std::string received_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

Awaitable<void> call(std::uint16_t port, HttpCall request, HttpClientLimits limits,
                     Result<HttpAnswer>& result) {
    auto connecting = connect_tcp("127.0.0.1", port, 10s);
    auto stream = co_await std::move(connecting);
    if (!stream) {
        result = std::unexpected(stream.error());
        co_return;
    }
    auto calling = call_http(*stream, std::move(request), limits);
    result = co_await std::move(calling);
}

Result<HttpAnswer> ask(const std::string& answer, HttpClientLimits limits = {},
                       std::string* received = nullptr) {
    CannedServer server(answer);
    Result<HttpAnswer> result = fail(ErrorKind::internal, "nothing happened");
    HttpCall request{.method = Method::post,
                     .host = "camera",
                     .target = "/onvif?x",
                     .headers = {{"X-Test", "1"}},
                     .body = "body"};
    EventLoop loop("test");
    loop.run_until(call(server.port(), std::move(request), limits, result));
    if (received != nullptr) *received = server.received();
    return result;
}

TEST(HttpClient, ReadsEachWayOfEndingABody) {
    std::string received;
    for (const char* text : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: 1\r\nx: 2\r\n\r\nhello",
                             "HTTP/1.1 200 OK\r\nX: 1\r\nx: 2\r\nTransfer-Encoding: "
                             "chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
                             "HTTP/1.0 200 OK\r\nX: 1\r\nx: 2\r\n\r\nhello"}) {
        const auto answer = ask(text, {}, &received);
        ASSERT_TRUE(answer) << text << answer.error().message;
        EXPECT_EQ(answer->status, 200u);
        EXPECT_EQ(answer->body, "hello");
        EXPECT_THAT(answer->values("x"), ::testing::ElementsAre("1", "2"));
    }
    EXPECT_EQ(received,
              "POST /onvif?x HTTP/1.1\r\nHost: camera\r\nConnection: close\r\nContent-Length: 4\r\nX-Test: "
              "1\r\n\r\nbody");
}

TEST(HttpClient, HoldsItsLimitsAndNamesWhatIsNoHttp) {
    const HttpClientLimits small{.header_bytes = 200, .body_bytes = 10};
    EXPECT_EQ(ask("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world", small).error().kind,
              ErrorKind::exhausted);
    EXPECT_EQ(ask("HTTP/1.1 200 OK\r\n\r\nhello world and more", small).error().kind, ErrorKind::exhausted);
    EXPECT_EQ(ask("HTTP/1.1 200 OK\r\nX: " + std::string(300, 'x') + "\r\n\r\n", small).error().kind,
              ErrorKind::exhausted);
    EXPECT_EQ(ask("RTSP/1.0 400 Bad Request\r\n\r\n").error().kind, ErrorKind::corrupt);
    EXPECT_EQ(ask("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe").error().kind, ErrorKind::unavailable);
    EXPECT_EQ(ask("").error().kind, ErrorKind::unavailable);
}

Awaitable<void> refuse(Result<HttpAnswer>& result, HttpCall request) {
    TcpStream none;
    auto calling = call_http(none, std::move(request), {});
    result = co_await std::move(calling);
}

TEST(HttpClient, WritesNothingThatWouldNotStayOnItsLine) {
    const HttpCall calls[] = {{.host = "h", .target = "/a b"},
                              {.host = "h", .target = "/\r\nX: y"},
                              {.host = "h", .target = "no-slash"},
                              {.host = "h\r\nX: y", .target = "/"},
                              {.host = "h", .target = "/", .headers = {{"X", "a\r\nb"}}}};
    for (const HttpCall& one : calls) {
        Result<HttpAnswer> result = fail(ErrorKind::internal, "nothing happened");
        EventLoop loop("test");
        loop.run_until(refuse(result, one));
        EXPECT_EQ(result.error().kind, ErrorKind::invalid_input) << one.target;
    }
}

Awaitable<void> exchange_datagrams(Result<Datagram>& result, boost::asio::any_io_executor executor,
                                   std::string own) {
    auto a = UdpSocket::open(executor, own, 0);
    auto b = UdpSocket::open(executor, own, 0);
    EXPECT_TRUE(a && b);
    if (!a || !b) co_return;
    EXPECT_TRUE(a->send("hello", own, b->port()));
    auto receiving = b->receive();
    result = co_await std::move(receiving);
    if (result) EXPECT_EQ(result->port, a->port());
    EXPECT_EQ(a->send("x", "no address", 1).error().kind, ErrorKind::invalid_input);
    EXPECT_EQ(UdpSocket::open(executor, "198.51.100.1", 0).error().kind, ErrorKind::unavailable);
    EXPECT_EQ(UdpSocket::open(executor, own, b->port()).error().kind, ErrorKind::conflict);
    EXPECT_FALSE(a->join(own == "::1" ? "239.255.255.250" : "ff02::c", own));
}

TEST(Udp, CarriesDatagrams) {
    for (const char* own : {"127.0.0.1", "::1"}) {
        if (interface_with(own).empty()) continue;  // a kernel without IPv6
        EventLoop loop("test");
        Result<Datagram> result = fail(ErrorKind::internal, "nothing happened");
        loop.run_until(exchange_datagrams(result, loop.executor(), own));
        ASSERT_TRUE(result) << result.error().message;
        EXPECT_EQ(as_text(result->data), "hello");
        EXPECT_EQ(result->address, own);
    }
}

Awaitable<void> connect_without_zone(std::string& words) {
    auto connecting = connect_tcp("fe80::1", 80, 10s);
    const auto stream = co_await std::move(connecting);
    words = stream ? "connected" : stream.error().message;
}

TEST(Tcp, ALinkLocalAddressNeedsItsInterface) {
    EventLoop loop("test");
    std::string words;
    loop.run_until(connect_without_zone(words));
    EXPECT_THAT(words, HasSubstr("as in fe80::1%eth0"));
}

TEST(Interfaces, TheLoopbackIsOne) {
    const auto all = interface_addresses();
    const auto found = std::ranges::find(all, "127.0.0.1", &InterfaceAddress::address);
    ASSERT_NE(found, all.end());
    EXPECT_TRUE(found->loopback);
    EXPECT_EQ(found->prefix_length, 8u);
    EXPECT_EQ(interface_with("127.0.0.1"), found->name);
    EXPECT_EQ(interface_with("198.51.100.1"), "");
    for (const auto& one : all)
        if (one.address.starts_with("fe80:")) EXPECT_TRUE(one.address.ends_with("%" + one.name));
}

}  // namespace
}  // namespace vedette::net
