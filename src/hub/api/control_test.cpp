// Cameras that are turned, and what they tell.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/test_site.hpp"

namespace vedette::hub::api {
namespace {

using ::testing::HasSubstr;
using testing::TestSite;

TEST(Control, WhatIsAskedReachesTheGatewayAsItWasMeant) {
    TestSite site;
    const std::string cookie = site.claim();
    const std::string camera = "/api/v1/cameras/" + site.gateway.camera.id.text();
    const auto send = [&](net::Method method, const std::string& path, std::string body = {}) {
        return site.send(method, camera + path, std::move(body), cookie).status;
    };
    using enum net::Method;
    EXPECT_EQ(send(post, "/ptz/move", R"({"pan":-0.5,"hold_ms":400})"), 204u);
    EXPECT_EQ(send(put, "/ptz/position", R"({"zoom":0.25})"), 204u);
    EXPECT_EQ(send(put, "/ptz/patrols", R"({"name":"Tour","stops":[{"preset":"2","dwell_s":7}]})"), 204u);
    ASSERT_EQ(site.gateway.ptz_commands.size(), 3u);
    const auto& hold = std::get<wire::HoldPtz>(site.gateway.ptz_commands[0]);
    EXPECT_EQ(hold.velocity.pan, -0.5);
    EXPECT_EQ(hold.velocity.tilt, 0);
    EXPECT_EQ(hold.hold, std::chrono::milliseconds(400));
    const auto& place = std::get<wire::PlacePtz>(site.gateway.ptz_commands[1]);
    EXPECT_FALSE(place.pan);
    EXPECT_EQ(place.zoom, 0.25);
    EXPECT_EQ(std::get<wire::SavePatrol>(site.gateway.ptz_commands[2]).patrol.stops[0].dwell,
              std::chrono::seconds(7));
    EXPECT_EQ(send(post, "/relays", R"({"token":"relay1","active":true})"), 204u);
    ASSERT_EQ(site.gateway.switched.size(), 1u);
    EXPECT_TRUE(site.gateway.switched[0].active);

    const std::pair<std::string, std::string> refused[] = {
        {"/ptz/move", R"({"pan":1.5})"},
        {"/ptz/move", R"({"pan":"1"})"},
        {"/ptz/move", R"({"hold_ms":60000})"},
        {"/ptz/step", R"({"zoom":null})"},
        {"/ptz/presets/recall", R"({"token":""})"},
        {"/relays", R"({"token":"relay1"})"},
    };
    for (const auto& [path, body] : refused) EXPECT_EQ(send(post, path, body), 400u) << path << body;
    EXPECT_EQ(send(put, "/ptz/position", R"({"pan":1})"), 400u) << "pan and tilt go together";
    EXPECT_EQ(send(put, "/ptz/patrols", R"({"name":"Tour","stops":[]})"), 400u);
    EXPECT_EQ(send(put, "/ptz/patrols", R"({"name":"Tour","stops":[{"preset":"2","dwell_s":1}]})"), 400u);
    EXPECT_EQ(send(del, "/ptz/presets"), 400u) << "which one?";
    EXPECT_EQ(site.gateway.ptz_commands.size(), 3u) << "nothing of that reached the gateway";
}

TEST(Events, GoToTheWebSocketOfWhoMaySeeThem) {
    TestSite site;
    const auto socket = site.open_websocket(site.claim());
    wire::CameraEvent event{.id = 7,
                            .camera = site.gateway.camera.id,
                            .kind = wire::EventKind::tamper,
                            .topic = "t",
                            .source = "s",
                            .detail = "d",
                            .start = UtcTime(Ticks90k(90)),
                            .end = {}};
    site.gateway.send(wire::CameraEventHappened{event});
    ASSERT_TRUE(site.run_until([&] {
        return !socket->text.empty() && socket->text.back().find("camera.event") != std::string::npos;
    }));
    EXPECT_THAT(socket->text.back(), HasSubstr(R"("id":7)"));
    EXPECT_THAT(socket->text.back(), HasSubstr(R"("kind":"tamper")"));
    EXPECT_THAT(socket->text.back(), HasSubstr(R"("start_90k":90,"end_90k":null)"));
}

TEST(Events, AreAskedForByTimeAndNumber) {
    TestSite site;
    const std::string cookie = site.claim();
    net::Request request;
    request.path = "/api/v1/cameras/" + site.gateway.camera.id.text() + "/events";
    request.headers = {{"Host", "vedette.example"},
                       {"Origin", "https://vedette.example"},
                       {"Cookie", "__Host-vedette=" + cookie}};
    for (const auto& [limit, status] : {std::pair("7", 200U), {"0", 400U}, {"5001", 400U}, {"x", 400U}}) {
        request.query = {{"start_90k", "100"}, {"end_90k", "200"}, {"limit", limit}};
        EXPECT_EQ(site.send(request).status, status) << limit;
    }
    ASSERT_EQ(site.gateway.event_queries.size(), 1u);
    EXPECT_EQ(site.gateway.event_queries[0].limit, 7u);
    EXPECT_EQ(site.gateway.event_queries[0].camera, site.gateway.camera.id);
}

}  // namespace
}  // namespace vedette::hub::api
