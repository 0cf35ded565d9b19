#include "net/http_server.hpp"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/test_folder.hpp"
#include "net/event_loop.hpp"
#include "net/test_client.hpp"
#include "net/timeout.hpp"

namespace vedette::net {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::atomic<int> cancelled_sources = 0;

class CountingSource final : public BodySource {
  public:
    explicit CountingSource(int pieces) : pieces_(pieces) {}
    ~CountingSource() override {
        if (pieces_ > 0) ++cancelled_sources;
    }
    Awaitable<Result<SharedBytes>> next() override {
        if (pieces_ == 0) co_return SharedBytes();
        --pieces_;
        co_await sleep_for(1ms);
        co_return std::make_shared<const Bytes>(100'000, std::byte{'x'});
    }

  private:
    int pieces_;
};

Awaitable<void> echo(std::unique_ptr<WebSocket> socket) {
    while (true) {
        auto message = co_await socket->receive();
        if (!message) co_return;
        if (!message->binary) {
            socket->send_text(std::string(as_text(message->data)));
            continue;
        }
        std::vector<SharedBytes> pieces;
        const auto half = static_cast<std::ptrdiff_t>(message->data.size() / 2);
        pieces.push_back(std::make_shared<const Bytes>(message->data.begin(), message->data.begin() + half));
        pieces.push_back(std::make_shared<const Bytes>(message->data.begin() + half, message->data.end()));
        socket->send_binary(std::move(pieces));
    }
}

Awaitable<Response> handle(Request request) {
    Response response;
    response.headers.push_back({"Content-Type", "text/plain"});
    if (request.path == "/throw") throw std::runtime_error("a bug");
    if (request.path == "/slow") co_await sleep_for(60s);
    if (request.path == "/split") response.headers.push_back({"X-Bad", "a\r\nSet-Cookie: b"});
    if (request.path == "/ws") {
        response.upgrade = echo;
    } else if (request.path == "/stream") {
        response.body = std::make_unique<CountingSource>(20);
    } else if (request.path == "/endless") {
        response.body = std::make_unique<CountingSource>(1'000'000);
    } else if (request.path == "/static") {
        response.body = as_bytes(std::string_view("part of the program"));
    } else if (request.path == "/shared") {
        response.body = SharedBytes(std::make_shared<const Bytes>(3'000'000, std::byte{'y'}));
    } else {
        std::string text = std::string(to_string(request.method)) + " " + request.path;
        for (const auto& [name, value] : request.query) text += " " + name + "=" + value;
        response.body = text + " body=" + request.body + " cookie=" + std::string(request.cookie("sid"));
    }
    co_return response;
}

class HttpServerTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

    void start(HttpLimits limits = {}) {
        auto authority = crypto::CertificateAuthority::open(folder_.path(), clock_);
        ASSERT_TRUE(authority.has_value()) << authority.error().message;
        auto certificate = authority->server_certificate({"localhost", "127.0.0.1", "::1"});
        ASSERT_TRUE(certificate.has_value()) << certificate.error().message;
        loop_.start();
        loop_.run_on_thread(listen(std::move(*certificate),
                                   {.address = "127.0.0.1", .port = 0, .limits = limits, .refuse = refuse_}));
        ASSERT_TRUE(server_ != nullptr);
        port_ = server_->port();
    }
    void TearDown() override {
        if (server_) loop_.run_on_thread(stop());
    }
    Awaitable<void> listen(crypto::ServerCertificate certificate, HttpServerOptions options) {
        auto started = HttpServer::start(loop_.executor(), options, certificate, handle);
        EXPECT_TRUE(started.has_value()) << started.error().message;
        if (started) server_ = std::move(*started);
        co_return;
    }
    Awaitable<void> stop() {
        co_await server_->stop(100ms);
        server_.reset();
    }
    static std::string output_of(const std::string& command) {
        FILE* pipe = ::popen(command.c_str(), "r");
        std::string output;
        char buffer[4096];
        for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
            output.append(buffer, got);
        ::pclose(pipe);
        return output;
    }
    /// The output of curl, which trusts our authority alone.
    std::string curl(const std::string& arguments) {
        const std::string command = fmt::format("curl -sS --max-time 20 --cacert {}/ca.pem {} 2>&1",
                                                folder_.path().string(), arguments);
        return output_of(command);
    }
    /// What openssl says of a handshake, without the checks that it would make of its own accord.
    std::string said_of_tls(const std::string& options) {
        const std::string command =
            fmt::format("openssl s_client -connect localhost:{} {} 2>&1 </dev/null", port_, options);
        return output_of(command);
    }
    std::string url(std::string_view path) { return fmt::format("'https://localhost:{}{}'", port_, path); }
    std::string ask(std::string_view bytes) {
        TestClient client(port_);
        client.send(bytes);
        return client.read_all();
    }

    SystemClock clock_;
    EventLoop loop_{"http test"};
    std::unique_ptr<HttpServer> server_;
    TestFolder folder_;
    RefusalWriter refuse_;
    std::uint16_t port_ = 0;
};

TEST_F(HttpServerTest, AnswersCurlWhichChecksTheCertificate) {
    start();
    EXPECT_EQ(curl(url("/a%20b?x=1+2&y=%26")), "GET /a b x=1 2 y=& body= cookie=");
    EXPECT_EQ(curl("-d hello -b 'a=1; sid=\"s3\"' " + url("/p")), "POST /p body=hello cookie=s3");
    EXPECT_EQ(curl("--tls-max 1.2 " + url("/")), "GET / body= cookie=");
    EXPECT_THAT(curl("--tls-max 1.1 " + url("/")), HasSubstr("curl: ("));
    EXPECT_EQ(curl(url("/one") + " " + url("/two")), "GET /one body= cookie=GET /two body= cookie=");
    EXPECT_THAT(curl("-I " + url("/h")), testing::AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                                                        HasSubstr("Content-Length: "), EndsWith("\r\n\r\n")));
    EXPECT_EQ(curl(url("/shared") + " | wc -c"), "3000000\n");
    EXPECT_EQ(curl(url("/stream") + " | wc -c"), "2000000\n");
    EXPECT_EQ(curl("--http1.0 " + url("/stream") + " | wc -c"), "2000000\n");
    EXPECT_THAT(curl("-i " + url("/throw")), StartsWith("HTTP/1.1 500"));
    EXPECT_THAT(curl("-i " + url("/split")), StartsWith("HTTP/1.1 500"));
    EXPECT_THAT(curl("-i " + url("/ws")), StartsWith("HTTP/1.1 426"));
}

TEST_F(HttpServerTest, SpeaksTls12And13WithTheStrongestSuiteFirst) {
    start();
    const std::string any = " -cipher ALL:@SECLEVEL=0";
    EXPECT_THAT(said_of_tls(""), HasSubstr("TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384"));
    EXPECT_THAT(said_of_tls("-tls1_2" + any), HasSubstr("Cipher is ECDHE-ECDSA-AES256-GCM-SHA384"));
    for (const char* old : {"-tls1_1", "-tls1"})
        EXPECT_THAT(said_of_tls(old + any), HasSubstr("alert protocol version")) << old;
    for (const char* weak : {"ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256", "aNULL"})
        EXPECT_THAT(said_of_tls(fmt::format("-tls1_2 -cipher {}:@SECLEVEL=0", weak)),
                    HasSubstr("alert handshake failure"))
            << weak;
}

constexpr std::string_view simple_post =
    "POST /p?q=%41 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";

TEST_F(HttpServerTest, TakesARequestSplitAtEveryByte) {
    start();
    for (std::size_t at = 1; at < simple_post.size(); ++at) {
        TestClient client(port_);
        ASSERT_TRUE(client.send(simple_post.substr(0, at)));
        ASSERT_TRUE(client.send(simple_post.substr(at)));
        EXPECT_THAT(client.read_all(), EndsWith("POST /p q=A body=abc cookie=")) << at;
    }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
    start();
    std::string requests;
    for (int i = 0; i < 1500; ++i) requests += fmt::format("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", i);
    requests += "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    TestClient client(port_);
    auto sent = std::async(std::launch::async, [&] { return client.send(requests.substr(0, 20'000)); });
    EXPECT_TRUE(sent.get());
    EXPECT_TRUE(client.send(requests.substr(20'000)));
    const std::string answers = client.read_all();
    std::size_t at = 0;
    for (int i = 0; i < 1500; ++i) {
        at = answers.find(fmt::format("GET /{} body=", i), at);
        ASSERT_NE(at, std::string::npos) << i;
    }
    EXPECT_THAT(answers, EndsWith("GET /last body= cookie="));
}

TEST_F(HttpServerTest, RefusesWhatIsBroken) {
    start();
    struct Case {
        std::string request;
        std::string status;
    };
    const std::string big(20'000, 'a');
    const std::vector<Case> cases = {
        {"GET / HTTP/1.1\r\nHost: x\r\nX: " + big + "\r\n\r\n", "431"},
        {"GET /" + big + " HTTP/1.1\r\nHost: x\r\n\r\n", "431"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n", "413"},
        {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
         "400"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "400"},
        {"GET / HTTP/1.1\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
        {"GET /a/../b HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /a/%2e%2E/b HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /a%2fb HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /?a=%00 HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /?a=1&b=2&%61=3 HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", "400"},
        {"GET /\r\n\r\n", "400"},
        {"\x16\x03\x01 nonsense\r\n\r\n", "400"},
    };
    for (const Case& c : cases)
        EXPECT_THAT(ask(c.request), StartsWith("HTTP/1.1 " + c.status)) << c.request.substr(0, 60);
}

TEST_F(HttpServerTest, RefusesInTheWordsOfItsOwner) {
    refuse_ = [](unsigned status, std::string detail) {
        return Response{.status = status,
                        .headers = {{"Content-Type", "application/problem+json"}},
                        .body = "refused: " + std::move(detail),
                        .upgrade = {}};
    };
    start();
    struct Case {
        std::string request;
        std::string status;
        std::string detail;
    };
    const std::string upgrade = "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: ";
    const std::vector<Case> cases = {
        {"GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n", "431", "headers"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n", "413", "body"},
        {"GET /a/../b HTTP/1.1\r\nHost: x\r\n\r\n", "400", "segment"},
        {"GET / HTTP/1.1\r\n\r\n", "400", "host"},
        {upgrade + "Upgrade\r\nSec-WebSocket-Version: 12\r\nConnection: close\r\n\r\n", "400", "handshake"},
    };
    for (const Case& c : cases) {
        const std::string answer = ask(c.request);
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + c.status)) << c.request.substr(0, 60);
        EXPECT_THAT(answer, HasSubstr("Content-Type: application/problem+json\r\n"));
        EXPECT_THAT(answer, HasSubstr("\r\n\r\nrefused: "));
        EXPECT_THAT(answer, HasSubstr(c.detail));
    }
    testing::internal::CaptureStdout();
    const std::string failed = ask("GET /throw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("ended with an exception: a bug"));
    EXPECT_THAT(failed, testing::AllOf(StartsWith("HTTP/1.1 500"), HasSubstr("refused: "),
                                       testing::Not(HasSubstr("a bug"))));
}

TEST_F(HttpServerTest, SendsBytesOfTheProgramWithoutACopy) {
    start();
    const std::string whole = ask("GET /static HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(whole, HasSubstr("Content-Length: 19\r\n"));
    EXPECT_THAT(whole, EndsWith("\r\n\r\npart of the program"));
    const std::string head = ask("HEAD /static HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(head, HasSubstr("Content-Length: 19\r\n"));
    EXPECT_THAT(head, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, RefusesAChunkedBodyThatGrowsTooLarge) {
    start();
    TestClient client(port_);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "10000\r\n" + std::string(0x10000, 'a') + "\r\n";
    for (int i = 0; i < 17; ++i) client.send(chunk);
    EXPECT_THAT(client.read_until("\r\n"), StartsWith("HTTP/1.1 413"));
}

TEST_F(HttpServerTest, SendsContinueBeforeTheBody) {
    start();
    TestClient client(port_);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("ok");
    EXPECT_THAT(client.read_until("cookie="), EndsWith("body=ok cookie="));
}

TEST_F(HttpServerTest, TellsPlainHttpToUseHttps) {
    start();
    TestClient client(port_, false);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = client.read_all();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400"));
    EXPECT_THAT(answer, EndsWith("Content-Length: 43\r\n\r\nThis port speaks HTTPS: use https:// to it\n"));
    EXPECT_EQ(std::string_view("This port speaks HTTPS: use https:// to it\n").size(), 43U);
}

TEST_F(HttpServerTest, EndsSlowClientsAndServesOthersMeanwhile) {
    HttpLimits limits;
    limits.header = 300ms;
    limits.body = 300ms;
    limits.handshake = 300ms;
    limits.idle = 300ms;
    start(limits);
    TestClient mute(port_, false);
    TestClient idle(port_);
    TestClient half_header(port_);
    half_header.send("GET / HTTP/1.1\r\nHo");
    TestClient half_body(port_);
    half_body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(curl(url("/other")), "GET /other body= cookie=");
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(mute.read_all(), "");
    EXPECT_EQ(idle.read_all(), "");
    EXPECT_EQ(half_header.read_all(), "");
    EXPECT_EQ(half_body.read_all(), "");
    EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);
}

TEST_F(HttpServerTest, BoundsConnectionsPerAddress) {
    HttpLimits limits;
    limits.connections_per_address = 2;
    start(limits);
    TestClient one(port_);
    TestClient two(port_);
    ASSERT_TRUE(one.connected() && two.connected());
    TestClient three(port_);
    EXPECT_FALSE(three.connected());
}

TEST_F(HttpServerTest, CancelsTheBodyWhenTheClientLeaves) {
    start();
    const int before = cancelled_sources;
    {
        TestClient client(port_);
        client.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked"));
        client.reset();
    }
    TestClient slow(port_);
    slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    slow.reset();
    for (int i = 0; i < 500 && (cancelled_sources == before || server_->connections() > 0); ++i)
        usleep(10'000);
    EXPECT_EQ(cancelled_sources, before + 1);
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(HttpServerTest, SaysThatThePortIsInUse) {
    start();
    EventLoop other("other");
    auto authority = crypto::CertificateAuthority::open(folder_.path(), clock_);
    ASSERT_TRUE(authority.has_value());
    auto certificate = authority->server_certificate({"localhost"});
    ASSERT_TRUE(certificate.has_value());
    const auto second = HttpServer::start(other.executor(), {"127.0.0.1", port_, {}}, *certificate, handle);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(
        second.error(),
        (Error{ErrorKind::conflict,
               fmt::format("Port {} is in use by another program; choose another with --port", port_)}));
}

constexpr std::string_view handshake =
    "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

TEST_F(HttpServerTest, EchoesOverAWebSocket) {
    start();
    TestClient client(port_);
    client.send(std::string(handshake) + client_frame(0x81, "at once"));
    EXPECT_THAT(client.read_until("\r\n\r\n"),
                HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    EXPECT_EQ(client.read_exactly(9),
              "\x81\x07"
              "at once");
    client.send(client_frame(0x01, "in ") + client_frame(0x89, "p") + client_frame(0x80, "parts"));
    EXPECT_EQ(client.read_exactly(13), "\x8a\x01p\x81\x08in parts");
    const std::string large(300'000, 'z');
    client.send(client_frame(0x82, large));
    EXPECT_EQ(client.read_exactly(10), std::string("\x82\x7f\0\0\0\0\0\x04\x93\xe0", 10));
    EXPECT_EQ(client.read_exactly(large.size()), large);
    client.send(client_frame(0x88, "\x03\xe8"));
    EXPECT_EQ(client.read_all(), "\x88\x02\x03\xe8");
}

TEST_F(HttpServerTest, ClosesBrokenWebSockets) {
    HttpLimits limits;
    limits.websocket_message_bytes = 1000;
    limits.close = 300ms;
    start(limits);
    const auto close_code = [&](const std::string& frames) {
        TestClient client(port_);
        client.send(handshake);
        client.read_until("\r\n\r\n");
        client.send(frames);
        const std::string answer = client.read_all();
        if (answer.size() < 4 || answer[0] != '\x88') return -1;
        return (static_cast<unsigned char>(answer[2]) << 8) + static_cast<unsigned char>(answer[3]);
    };
    EXPECT_EQ(close_code(client_frame(0x82, std::string(1001, 'a'))), 1009);
    EXPECT_EQ(
        close_code(client_frame(0x02, std::string(600, 'a')) + client_frame(0x80, std::string(600, 'a'))),
        1009);
    EXPECT_EQ(close_code(client_frame(0x81, "\xff\xff")), 1007);
    EXPECT_EQ(close_code(client_frame(0xc1, "rsv")), 1002);
    EXPECT_EQ(close_code(client_frame(0x80, "continues nothing")), 1002);
    EXPECT_EQ(close_code(std::string("\x81\x03"
                                     "abc")),
              1002);
}

TEST_F(HttpServerTest, PingsASilentWebSocketThenClosesIt) {
    HttpLimits limits;
    limits.websocket_ping = 200ms;
    limits.websocket_idle = 600ms;
    start(limits);
    TestClient client(port_);
    client.send(handshake);
    client.read_until("\r\n\r\n");
    EXPECT_EQ(client.read_all(), std::string("\x89\0", 2));
}

TEST_F(HttpServerTest, SurvivesAnAbruptEndOfAWebSocket) {
    start();
    TestClient client(port_);
    client.send(handshake);
    client.read_until("\r\n\r\n");
    client.reset();
    for (int i = 0; i < 500 && server_->connections() > 0; ++i) usleep(10'000);
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(HttpServerTest, RefusesAMalformedHandshake) {
    start();
    EXPECT_THAT(ask("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
                    "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
                StartsWith("HTTP/1.1 400"));
}

}  // namespace
}  // namespace vedette::net
