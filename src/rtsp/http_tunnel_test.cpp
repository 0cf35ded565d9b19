#include "rtsp/http_tunnel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"

namespace vedette::rtsp {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Next = HttpTunnel::Next;

constexpr std::string_view accepted = "HTTP/1.0 200 OK\r\nContent-Type: application/x-rtsp-tunnelled\r\n\r\n";
constexpr std::string_view challenge =
    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"cam\", nonce=\"n1\", qop=\"auth\"\r\n"
    "Content-Length: 0\r\n\r\n";

HttpTunnel tunnel(std::string_view url = "rtsp://cam/live?channel=1", bool sign_in = true) {
    return {parse_url(url)->url, {"user", Secret(std::string_view("geheim"))}, BasicUse::refuse, sign_in};
}

std::string cookie_of(const std::string& request) {
    const std::size_t at = request.find("x-sessioncookie: ");
    return request.substr(at, request.find("\r\n", at) - at);
}

TEST(HttpTunnel, AsksForThePathWithTheSameCookieTwice) {
    HttpTunnel http = tunnel();
    const std::string get = http.get_request();
    EXPECT_THAT(get, StartsWith("GET /live?channel=1 HTTP/1.0\r\nHost: cam\r\n"));
    EXPECT_THAT(get, HasSubstr("Accept: application/x-rtsp-tunnelled\r\n"));
    EXPECT_EQ(http.on_get(as_bytes(accepted)), Next::open);
    const std::string post = http.post_request();
    EXPECT_THAT(post, StartsWith("POST /live?channel=1 HTTP/1.0\r\n"));
    EXPECT_THAT(post, HasSubstr("Content-Type: application/x-rtsp-tunnelled\r\n"));
    EXPECT_EQ(cookie_of(get), cookie_of(post));
    EXPECT_NE(cookie_of(get), cookie_of(tunnel().get_request()));
}

TEST(HttpTunnel, PortsOfTheWebServerUnlessOneIsNamed) {
    const auto port = [](std::string_view url) { return tunnel_port(parse_url(url)->url); };
    EXPECT_EQ(port("rtsp://cam/a"), 80);
    EXPECT_EQ(port("rtsps://cam/a"), 443);
    EXPECT_EQ(port("rtsp://cam:8080/a"), 8080);
    EXPECT_EQ(port("rtsps://cam:8443/a"), 8443);
    EXPECT_THAT(tunnel("rtsp://[2001:db8::7]:8080").get_request(),
                StartsWith("GET / HTTP/1.0\r\nHost: [2001:db8::7]:8080\r\n"));
}

TEST(HttpTunnel, AnswerMayComeInAnyPortionsAndTheRestIsTheCameras) {
    const std::string bytes = std::string(accepted) + "RTSP/1.0 200 OK\r\n";
    for (std::size_t split = 0; split < bytes.size(); ++split) {
        HttpTunnel http = tunnel();
        http.get_request();
        std::string seen;
        bool open = false;
        for (const std::string& part : {bytes.substr(0, split), bytes.substr(split)}) {
            if (open) {
                seen += part;
                continue;
            }
            const auto next = http.on_get(as_bytes(part));
            ASSERT_TRUE(next) << split;
            open = *next == Next::open;
            if (open) seen += as_text(http.take_early());
        }
        EXPECT_TRUE(open);
        EXPECT_EQ(seen, "RTSP/1.0 200 OK\r\n") << split;
    }
}

TEST(HttpTunnel, SignsInOnAnotherConnectionAndOnThePostWithoutBeingAsked) {
    HttpTunnel http = tunnel();
    EXPECT_THAT(http.get_request(), Not(HasSubstr("Authorization")));
    EXPECT_EQ(http.on_get(as_bytes(challenge)), Next::again);
    const std::string get = http.get_request();
    EXPECT_THAT(get, HasSubstr("Authorization: Digest username=\"user\", realm=\"cam\", nonce=\"n1\", "
                               "uri=\"/live?channel=1\""));
    EXPECT_EQ(http.on_get(as_bytes(accepted)), Next::open);
    EXPECT_THAT(http.post_request(), HasSubstr("nc=00000002"));
    EXPECT_THAT(get, Not(HasSubstr("geheim")));
}

TEST(HttpTunnel, ARefusedPasswordIsTriedOnce) {
    HttpTunnel http = tunnel();
    http.get_request();
    EXPECT_EQ(http.on_get(as_bytes(challenge)), Next::again);
    http.get_request();
    const auto refused = http.on_get(as_bytes(challenge));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unauthenticated);
}

TEST(HttpTunnel, BasicOnlyWhereItIsAllowed) {
    HttpTunnel http = tunnel();
    http.get_request();
    const auto refused =
        http.on_get(as_bytes("HTTP/1.0 401 No\r\nWWW-Authenticate: Basic realm=\"cam\"\r\n\r\n"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unauthenticated);
    EXPECT_THAT(refused.error().message, HasSubstr("Basic"));
}

TEST(HttpTunnel, AutomaticChoiceTellsAWebServerNoPassword) {
    HttpTunnel http = tunnel("rtsps://cam/live", false);
    http.get_request();
    const auto refused = http.on_get(as_bytes(challenge));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
}

TEST(HttpTunnel, WebPagesAreNoTunnels) {
    for (const std::string_view answer :
         {"HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", "RTSP/1.0 400 Bad Request\r\n\r\n"}) {
        HttpTunnel http = tunnel();
        http.get_request();
        const auto refused = http.on_get(as_bytes(answer));
        ASSERT_FALSE(refused) << answer;
        EXPECT_EQ(refused.error().kind, ErrorKind::unsupported) << answer;
    }
}

TEST(HttpTunnel, AnotherPostRepeatsWhatTheCameraHasNotReactedTo) {
    HttpTunnel http = tunnel();
    http.get_request();
    ASSERT_EQ(http.on_get(as_bytes(accepted)), Next::open);
    http.post_request();
    EXPECT_EQ(http.wrap("OPTIONS *"), crypto::to_base64(as_bytes("OPTIONS *")));
    EXPECT_EQ(http.on_post(as_bytes(challenge)), Next::again);
    EXPECT_THAT(http.post_request(), HasSubstr("\r\n\r\n" + crypto::to_base64(as_bytes("OPTIONS *"))));
    http.on_heard();
    EXPECT_TRUE(http.post_request().ends_with("\r\n\r\n"));
}

TEST(HttpTunnel, WhatWasSentWaitsForAnAnswerEachTime) {
    HttpTunnel http = tunnel();
    EXPECT_FALSE(http.awaits_answer());
    for (int i = 0; i < 2; ++i) {
        http.wrap("OPTIONS *");
        EXPECT_TRUE(http.awaits_answer());
        http.on_heard();
        EXPECT_FALSE(http.awaits_answer());
    }
}

TEST(HttpTunnel, APostMayBeLostNowAndThen) {
    HttpTunnel http = tunnel();
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(http.on_post_lost());
        http.on_heard();
    }
    for (unsigned i = 1; i < max_tunnel_attempts; ++i) EXPECT_TRUE(http.on_post_lost());
    EXPECT_FALSE(http.on_post_lost());
}

TEST(HttpHeadReader, LimitsAreKept) {
    HttpHeadReader reader;
    const std::string endless(max_head_bytes + 1, 'a');
    EXPECT_EQ(reader.feed(as_bytes(endless)).error().kind, ErrorKind::exhausted);
    std::string many = "HTTP/1.0 200 OK\r\n";
    for (std::size_t i = 0; i <= max_header_count; ++i) many += "A: b\r\n";
    EXPECT_EQ(HttpHeadReader().feed(as_bytes(many + "\r\n")).error().kind, ErrorKind::exhausted);
}

}  // namespace
}  // namespace vedette::rtsp
