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

TEST(DiscoveryInput, WhatIsDoneToADeviceIsHeldToItsLimits) {
    for (const char* good : {R"({})", R"({"ntp_servers":["pool.ntp.org","192.0.2.1"]})"})
        EXPECT_TRUE(read_device_clock(good)) << good;
    for (const char* bad :
         {R"({"ntp_servers":[""]})", R"({"ntp_servers":"a"})", R"({"ntp_servers":["a\nb"]})",
          R"({"ntp_servers":["a","b","c","d","e"]})", R"({"time":1})", R"([])"})
        EXPECT_FALSE(read_device_clock(bad)) << bad;
    EXPECT_TRUE(read_device_password(R"({"password":"12345678"})"));
    EXPECT_FALSE(read_device_password(R"({"password":"12345678"})")->allow_in_clear);
    for (const char* bad : {R"({})", R"({"password":"1234567"})", R"({"password":"12345678\n"})",
                            R"({"password":"12345678","allow_in_clear":1})"})
        EXPECT_FALSE(read_device_password(bad)) << bad;
    const auto imaging = read_device_imaging(R"({"brightness":12.5,"ir_cut":"auto"})");
    ASSERT_TRUE(imaging);
    EXPECT_THAT(imaging->values, ElementsAre(std::pair<std::string, double>("brightness", 12.5)));
    EXPECT_EQ(imaging->ir_cut, "auto");
    for (const char* bad : {R"({"brightness":"1"})", R"({"brightness":1e300})", R"({"gamma":1})"})
        EXPECT_FALSE(read_device_imaging(bad)) << bad;
    EXPECT_EQ(read_firmware(R"({"bytes":7})")->bytes, 7u);
    for (const char* bad : {R"({})", R"({"bytes":0})", R"({"bytes":1073741825})"})
        EXPECT_FALSE(read_firmware(bad));
}

TEST(Device, FirmwareComesInPiecesOfBytes) {
    TestSite site;
    const std::string cookie = site.claim();
    const std::string path = "/api/v1/cameras/" + site.gateway.camera.id.text() + "/device/firmware";
    const auto put = [&](const char* offset, const char* type, std::string body) {
        net::Request request;
        request.method = net::Method::put;
        request.path = path;
        if (offset != nullptr) request.query = {{"offset", offset}};
        request.headers = {{"Host", "vedette.example"},
                           {"Origin", "https://vedette.example"},
                           {"Cookie", "__Host-vedette=" + cookie},
                           {"Content-Type", type}};
        request.body = std::move(body);
        request.peer_address = "203.0.113.1";
        return site.send(std::move(request)).status;
    };
    const char* bytes = "application/octet-stream";
    EXPECT_EQ(put("0", bytes, "abc"), 409u);  // nobody has begun
    EXPECT_EQ(site.gateway.firmware, "");
    EXPECT_EQ(site.send(net::Method::post, path, R"({"bytes":6})", cookie).status, 200u);
    EXPECT_EQ(put("0", bytes, "abc"), 200u);
    EXPECT_EQ(put("3", bytes, "def"), 200u);
    EXPECT_EQ(site.gateway.firmware, "abcdef");
    EXPECT_EQ(put("0", "application/json", "{}"), 415u);
    EXPECT_EQ(put(nullptr, bytes, "abc"), 400u);
    EXPECT_EQ(put("-1", bytes, "abc"), 400u);
    EXPECT_EQ(put("1x", bytes, "abc"), 400u);
    EXPECT_EQ(put("0", bytes, ""), 400u);
    EXPECT_EQ(site.gateway.firmware, "abcdef");
}

TEST(Discovery, APreviewIsAPictureAndNothingElse) {
    TestSite site;
    const std::string cookie = site.claim();
    const auto response = site.send(net::Method::post, "/api/v1/discovery/preview",
                                    R"({"address":"192.0.2.7","main_url":"rtsp://192.0.2.7/1"})", cookie);
    ASSERT_EQ(response.status, 200u) << body_of(response);
    EXPECT_EQ(testing::header_of(response, "Content-Type"), "image/jpeg");
    EXPECT_EQ(testing::header_of(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(body_of(response), "\xff\xd8\xff a picture");
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
