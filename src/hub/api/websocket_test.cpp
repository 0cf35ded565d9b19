// One connection for events, live media and playback.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/test_site.hpp"

namespace vedette::hub::api {
namespace {

using ::testing::HasSubstr;
using testing::TestSite;

std::string live_start(const CameraId& camera, int channel) {
    return fmt::format(R"({{"type":"live.start","channel":{},"camera_id":"{}","stream":"main"}})", channel,
                       camera.text());
}

void say(testing::SocketState& socket, std::string text) {
    socket.from_client.push_back(std::move(text));
    socket.event.cancel();
}

TEST(WebSocket, TellsOfChangesOfState) {
    TestSite site;
    const auto viewer = site.open_websocket(site.claim());
    site.gateway.send(wire::CameraStateChanged{.camera = site.gateway.camera.id,
                                               .change = {.stream = media::StreamKind::sub,
                                                          .state = wire::CameraState::waiting,
                                                          .reason = "the camera sent no video for 10 s",
                                                          .at = UtcTime(Ticks90k(90))}});
    ASSERT_TRUE(site.run_until([&] { return viewer->text.size() == 3; }));
    EXPECT_EQ(viewer->text[2],
              R"({"stream":"sub","state":"waiting","reason":"the camera sent no video for 10 s","at_90k":90,)"
              R"("type":"camera.state","camera_id":")" +
                  site.gateway.camera.id.text() + "\"}");
}

TEST(WebSocket, OneUpstreamServesManyViewersFromTheCurrentGroupOfPictures) {
    TestSite site;
    const std::string cookie = site.claim();
    const auto a = site.open_websocket(cookie);
    ASSERT_EQ(a->text.size(), 2u);
    EXPECT_THAT(a->text[0], HasSubstr("camera.changed"));
    EXPECT_THAT(a->text[1], HasSubstr("storage.changed"));
    say(*a, live_start(site.gateway.camera.id, 1));
    ASSERT_TRUE(site.run_until([&] { return site.gateway.opened.size() == 1; }));
    const auto upstream = site.gateway.opened[0].channel;
    site.gateway.send_init(upstream);
    site.gateway.send_media(upstream, 90, true, 5);
    site.gateway.send_media(upstream, 180, false, 6);
    ASSERT_TRUE(site.run_until([&] { return a->binary.size() == 3; }));
    const std::string expected("\0\0\0\1\1\1\0\0\0\0\0\0\0\0\0\x5a\0\0\0\0\0\0\0\x5ammmmm", 29);
    EXPECT_EQ(a->binary[1], expected);

    const auto b = site.open_websocket(cookie);
    say(*b, live_start(site.gateway.camera.id, 9));
    ASSERT_TRUE(site.run_until([&] { return b->binary.size() == 3; }));
    EXPECT_EQ(b->binary[1].substr(4), expected.substr(4));
    EXPECT_EQ(site.gateway.opened.size(), 1u);

    say(*a, R"({"type":"stop","channel":1})");
    b->client_gone = true;
    b->event.cancel();
    ASSERT_TRUE(site.run_until([&] { return site.gateway.closed.size() == 1; }));
    EXPECT_EQ(site.gateway.closed[0], upstream);
}

TEST(WebSocket, ASlowViewerSkipsToARandomAccessPointAndIsTold) {
    TestSite site;
    const auto socket = site.open_websocket(site.claim());
    say(*socket, live_start(site.gateway.camera.id, 1));
    ASSERT_TRUE(site.run_until([&] { return site.gateway.opened.size() == 1; }));
    const auto upstream = site.gateway.opened[0].channel;
    site.gateway.send_init(upstream);
    site.gateway.send_media(upstream, 90, true, 5);
    ASSERT_TRUE(site.run_until([&] { return socket->binary.size() == 2; }));
    socket->queued = 100U << 20;
    site.gateway.send_media(upstream, 180, false, 5);
    ASSERT_TRUE(site.run_until([&] { return site.gateway.credits.size() == 2; }));
    socket->queued = 0;
    site.gateway.send_media(upstream, 270, false, 5);
    site.gateway.send_media(upstream, 360, true, 5);
    ASSERT_TRUE(site.run_until([&] { return socket->binary.size() == 3; }));
    EXPECT_THAT(socket->text.back(), HasSubstr("\"start_90k\":180,\"end_90k\":360"));
}

TEST(WebSocket, PlaybackPassesCreditOnOnlyWhileTheConnectionDrains) {
    TestSite site;
    const auto socket = site.open_websocket(site.claim());
    say(*socket,
        fmt::format(
            R"({{"type":"playback.start","channel":3,"camera_id":"{}","stream":"sub","start_90k":5}})",
            site.gateway.camera.id.text()));
    ASSERT_TRUE(site.run_until([&] { return site.gateway.opened.size() == 1; }));
    socket->queued = 100U << 20;
    say(*socket, R"({"type":"credit","channel":3,"bytes":4294967295})");
    site.run_until([&] { return socket->from_client.empty(); });
    EXPECT_TRUE(site.gateway.credits.empty());
    socket->queued = 0;  // the next tick notices
    ASSERT_TRUE(site.run_until([&] { return site.gateway.credits.size() == 1; }));
    EXPECT_LE(site.gateway.credits[0].bytes, relay::max_credit_bytes);
    site.gateway.send(wire::ChannelEnd{.channel = site.gateway.opened[0].channel, .error = {}});
    ASSERT_TRUE(
        site.run_until([&] { return socket->text.back().find("channel.ended") != std::string::npos; }));
}

TEST(WebSocket, BadMessagesAreAnsweredAndHarmNothing) {
    TestSite site;
    const auto socket = site.open_websocket(site.claim());
    const std::string id = site.gateway.camera.id.text();
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "not valid JSON"},
        {"[]", "must be a JSON object"},
        {R"({"type":"dance","channel":1})", "live.start, playback.start"},
        {R"({"type":"stop"})", "\"field\":\"channel\""},
        {R"({"type":"stop","channel":0})", "from 1 to 4294967295"},
        {R"({"type":"stop","channel":4294967296})", "from 1 to 4294967295"},
        {R"({"type":"credit","channel":1,"bytes":-1})", "\"field\":\"bytes\""},
        {R"({"type":"live.start","channel":1,"camera_id":"x","stream":"main"})", "camera_id"},
        {R"({"type":"live.start","channel":1,"camera_id":")" + id + R"(","stream":"side"})", "main or sub"},
        {R"({"type":"live.start","channel":1,"camera_id":"00000000-0000-4000-8000-000000000000","stream":"main"})",
         "no such camera"},
        {R"({"type":"playback.start","channel":1,"camera_id":")" + id +
             R"(","stream":"main","start_90k":9,"end_90k":9})",
         "later than"},
    };
    for (const auto& [text, says] : cases) {
        SCOPED_TRACE(text);
        const std::size_t before = socket->text.size();
        say(*socket, text);
        ASSERT_TRUE(site.run_until([&] { return socket->text.size() > before; }));
        EXPECT_THAT(socket->text.back(), HasSubstr(says));
    }
    EXPECT_TRUE(site.gateway.opened.empty());
}

TEST(WebSocket, EndsWithItsSession) {
    TestSite site;
    const std::string cookie = site.claim();
    const auto socket = site.open_websocket(cookie);
    site.send(net::Method::del, "/api/v1/session", {}, cookie);
    ASSERT_TRUE(site.run_until([&] { return socket->ended; }));
    EXPECT_EQ(socket->close_code, 1008);
}

}  // namespace
}  // namespace vedette::hub::api
