#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/input.hpp"
#include "hub/api/test_site.hpp"

namespace vedette::hub::api {
namespace {

using testing::body_of;
using ::testing::ElementsAre;
using testing::TestSite;

TEST(DiscoveryInput, IsHeldToItsLimits) {
    struct Case {
        const char* body;
        const char* field;  // nullptr: good
    };
    const std::string many_ranges = R"({"ranges":[)" + [] {
        std::string out;
        for (int i = 0; i < 17; ++i) out += std::string(i == 0 ? "" : ",") + "\"192.0.2.1\"";
        return out;
    }() + "]}";
    const Case cases[] = {
        {R"({"interfaces":["192.0.2.1"]})", nullptr},
        {R"({"ranges":["192.0.2.0/24"]})", nullptr},
        {R"({})", "interfaces"},
        {R"({"ranges":[]})", "interfaces"},
        {R"({"ranges":"192.0.2.0/24"})", "ranges"},
        {R"({"ranges":[1]})", "ranges"},
        {R"({"ranges":[""]})", "ranges"},
        {R"({"ranges":["a\u0000b"]})", "ranges"},
        {R"({"ranges":["192.0.2.1"],"exec":"reboot"})", "exec"},
        {many_ranges.c_str(), "ranges"},
    };
    for (const Case& c : cases) {
        const auto input = read_discovery(c.body);
        EXPECT_EQ(input.has_value(), c.field == nullptr) << c.body;
        if (!input && c.field != nullptr) EXPECT_EQ(input.error().field, c.field) << c.body;
    }
}

TEST(DiscoveryInput, AnInspectionNamesOneHost) {
    const auto good = read_inspection(R"({"address":"192.0.2.7","username":"u","password":"p"})");
    ASSERT_TRUE(good);
    EXPECT_EQ(good->port, 80);
    EXPECT_EQ(good->password.reveal_text(), "p");
    for (const char* bad :
         {R"({})", R"({"address":""})", R"({"address":"h","port":0})", R"({"address":"h","port":65536})",
          R"({"address":"h","path":"x"})", R"({"address":"h","password":1})"})
        EXPECT_FALSE(read_inspection(bad)) << bad;
}

TEST(DiscoveryInput, ADeviceOfACameraIsChecked) {
    const auto good = read_new_camera(
        R"({"name":"a","main_url":"rtsp://h/","device":{"serial":"s","macs":["001122aabbcc"]}})");
    ASSERT_TRUE(good);
    EXPECT_THAT(good->device->macs, ElementsAre("001122aabbcc"));
    for (const char* device : {R"("x")", R"({"macs":["00:11:22:aa:bb:cc"]})", R"({"macs":["00112233445G"]})",
                               R"({"serial":"a\nb"})", R"({"password":"p"})"})
        EXPECT_FALSE(
            read_new_camera(fmt::format(R"({{"name":"a","main_url":"rtsp://h/","device":{}}})", device)))
            << device;
}

TEST(Discovery, ShowsWhichCamerasAreKnown) {
    TestSite site;
    const std::string cookie = site.claim();
    site.gateway.found = {{.address = "192.0.2.7",
                           .endpoint = "e",
                           .name = "Gate \"A\"",
                           .known = site.gateway.camera.id,
                           .moved = true},
                          {.address = "192.0.2.8"}};
    const auto response =
        site.send(net::Method::post, "/api/v1/discovery", R"({"ranges":["192.0.2.0/24"]})", cookie);
    ASSERT_EQ(response.status, 200u) << body_of(response);
    EXPECT_THAT(site.gateway.searched, ElementsAre("192.0.2.0/24"));
    const auto json = boost::json::parse(body_of(response));
    const auto& cameras = json.at("cameras").as_array();
    ASSERT_EQ(cameras.size(), 2u);
    EXPECT_EQ(cameras[0].at("known_camera_id").as_string(), site.gateway.camera.id.text());
    EXPECT_TRUE(cameras[0].at("moved").as_bool());
    EXPECT_EQ(cameras[0].at("name").as_string(), "Gate \"A\"");
    EXPECT_FALSE(cameras[1].as_object().contains("known_camera_id"));
}

TEST(Discovery, AnInspectionNeverShowsThePassword) {
    TestSite site;
    const std::string cookie = site.claim();
    const auto response =
        site.send(net::Method::post, "/api/v1/discovery/inspect",
                  R"({"address":"192.0.2.7","username":"u","password":"topsecret-word"})", cookie);
    ASSERT_EQ(response.status, 200u) << body_of(response);
    EXPECT_EQ(body_of(response).find("topsecret-word"), std::string::npos);
    const auto json = boost::json::parse(body_of(response));
    EXPECT_EQ(json.at("device").at("serial").as_string(), "SN-1");
    EXPECT_EQ(json.at("channels").as_array().at(0).at("main").at("url").as_string(), "rtsp://192.0.2.7/1");
}

TEST(Discovery, AnAddedCameraKeepsItsDevice) {
    TestSite site;
    const std::string cookie = site.claim();
    const auto response = site.send(
        net::Method::post, "/api/v1/cameras",
        R"({"name":"a","main_url":"rtsp://h/","device":{"model":"Dome","firmware":"1.2"}})", cookie);
    ASSERT_EQ(response.status, 201u) << body_of(response);
    EXPECT_EQ(boost::json::parse(body_of(response)).at("device").at("firmware").as_string(), "1.2");
}

}  // namespace
}  // namespace vedette::hub::api
