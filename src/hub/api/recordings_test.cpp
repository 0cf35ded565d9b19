// Holds, rules and exports.

#include <boost/asio/use_awaitable.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/input.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/test_site.hpp"

namespace vedette::hub::api {
namespace {

using ::testing::AllOf;
using testing::body_of;
using ::testing::HasSubstr;
using testing::header_of;
using testing::TestSite;

TEST(Holds, SayWhoPlacedThemAndAreLiftedByTheirNumber) {
    TestSite site;
    const std::string cookie = site.claim();
    const std::string holds = "/api/v1/cameras/" + site.gateway.camera.id.text() + "/holds";
    const auto placed =
        site.send(net::Method::post, holds, R"({"start_90k":10,"end_90k":null,"reason":" theft "})", cookie);
    EXPECT_EQ(placed.status, 201u);
    EXPECT_EQ(header_of(placed, "Location"), holds + "/7");
    EXPECT_EQ(body_of(placed),
              R"({"id":7,"start_90k":10,"end_90k":null,"reason":"theft","placed_by":"Ada","placed_90k":42})");
    EXPECT_THAT(body_of(site.send(net::Method::get, holds, {}, cookie)), HasSubstr(R"({"holds":[{"id":7,)"));
    EXPECT_EQ(site.send(net::Method::del, holds + "/7", {}, cookie).status, 204u);
    EXPECT_EQ(site.gateway.lifted, std::vector<std::uint64_t>{7});
    for (const auto& [body, reason] :
         {std::pair{R"({"start_90k":10,"end_90k":10,"reason":"x"})", "later than"},
          {R"({"start_90k":10,"reason":"  "})", "why"},
          {R"({"start_90k":10})", "reason"},
          {R"({"reason":"x"})", "start_90k"},
          {R"({"start_90k":10,"reason":"x","placed_by":"eve"})", "placed_by"}}) {
        const auto refused = site.send(net::Method::post, holds, body, cookie);
        EXPECT_EQ(refused.status, 400u) << body;
        EXPECT_THAT(body_of(refused), HasSubstr(reason)) << body;
    }
    EXPECT_EQ(site.gateway.holds.size(), 1u);
}

TEST(Holds, RulesOfACameraAndWhatTheyDeleted) {
    TestSite site;
    const std::string cookie = site.claim();
    const std::string camera = "/api/v1/cameras/" + site.gateway.camera.id.text();
    EXPECT_THAT(
        body_of(site.send(net::Method::get, camera, {}, cookie)),
        AllOf(HasSubstr(R"("keep_days":null,"keep_bytes":null)"), HasSubstr(R"("encryption":"full")")));
    EXPECT_THAT(
        body_of(site.send(net::Method::get, camera + "/recordings?start_90k=1&end_90k=300", {}, cookie)),
        HasSubstr(
            R"("deleted":[{"start_90k":50,"end_90k":100,"rule":"keep_days","value":30,"deleted_90k":300}])"));
    EXPECT_THAT(
        body_of(site.send(net::Method::get, camera + "/recordings?start_90k=1&end_90k=300", {}, cookie)),
        HasSubstr(
            R"("recorder_events":[{"kind":"start","at_90k":150,"idle_since_90k":140,"before":"orderly",)"
            R"("version":"0.1.0","clock":"not_known"},{"kind":"clock_step","at_90k":160,"from_90k":190,)"
            R"("noticed":"running","clock":"synchronised"}])"));
    const auto set = read_camera_change(R"({"keep_days":30,"keep_bytes":null})");
    ASSERT_TRUE(set);
    EXPECT_EQ(set->keep_days, 30u);
    EXPECT_EQ(set->keep_bytes, 0u);
    EXPECT_FALSE(read_camera_change("{}")->keep_days);
    for (const char* bad :
         {R"({"keep_days":0})", R"({"keep_days":3651})", R"({"keep_bytes":0})", R"({"keep_days":"x"})"})
        EXPECT_FALSE(read_camera_change(bad)) << bad;
}

TEST(Retention, OfTheSiteAndOfGroupsGoesToTheGatewayWithTheirCameras) {
    TestSite site;
    const std::string cookie = site.claim();
    const std::string camera = site.gateway.camera.id.text();
    const auto made = site.send(net::Method::post, "/api/v1/camera-groups",
                                fmt::format(R"({{"name":"Gates","camera_ids":["{}"]}})", camera), cookie);
    const std::string group =
        header_of(made, "Location").substr(std::string("/api/v1/camera-groups/").size());
    EXPECT_EQ(
        body_of(site.send(net::Method::get, "/api/v1/retention", {}, cookie)),
        fmt::format(
            R"({{"site":{{"keep_days":null,"keep_bytes":null}},"groups":[{{"keep_days":null,"keep_bytes":null,"group_id":"{}","name":"Gates"}}]}})",
            group));
    const auto set = site.send(
        net::Method::put, "/api/v1/retention",
        fmt::format(R"({{"site":{{"keep_days":30}},"groups":[{{"group_id":"{}","keep_bytes":7}}]}})", group),
        cookie);
    EXPECT_EQ(set.status, 200u) << body_of(set);
    ASSERT_EQ(site.gateway.inherited.groups.size(), 1u);
    EXPECT_EQ(site.gateway.inherited.site, (wire::KeepRule{.keep_days = 30}));
    EXPECT_EQ(site.gateway.inherited.groups[0].keep, (wire::KeepRule{.keep_days = {}, .keep_bytes = 7}));
    EXPECT_EQ(site.gateway.inherited.groups[0].cameras, std::vector<CameraId>{site.gateway.camera.id});

    // A group that changes, or goes, takes its cameras along.
    EXPECT_EQ(site.send(net::Method::put, "/api/v1/camera-groups/" + group,
                        R"({"name":"Gates","camera_ids":[]})", cookie)
                  .status,
              200u);
    EXPECT_TRUE(site.gateway.inherited.groups.at(0).cameras.empty());
    EXPECT_EQ(site.send(net::Method::del, "/api/v1/camera-groups/" + group, {}, cookie).status, 204u);
    EXPECT_TRUE(site.gateway.inherited.groups.empty());
    EXPECT_EQ(site.gateway.inherited.site.keep_days, 30u);

    for (const std::string& bad :
         {fmt::format(R"({{"groups":[{{"group_id":"{}","keep_days":1}}]}})", group),
          std::string(R"({"site":{"keep_days":0}})"), std::string(R"({"groups":[{"group_id":"x"}]})"),
          std::string(R"({"days":1})")})
        EXPECT_EQ(site.send(net::Method::put, "/api/v1/retention", bad, cookie).status, 400u) << bad;
    EXPECT_EQ(site.gateway.inherited.site.keep_days, 30u);
}

TEST(Encryption, IsReadStrictly) {
    EXPECT_EQ(read_camera_change(R"({"encryption":"light"})")->encryption, wire::Encryption::light);
    EXPECT_EQ(read_camera_change(R"({"encryption":"full"})")->encryption, wire::Encryption::full);
    EXPECT_FALSE(read_camera_change("{}")->encryption);
    for (const char* bad : {R"({"encryption":"none"})", R"({"encryption":"Light"})", R"({"encryption":""})",
                            R"({"encryption":null})", R"({"encryption":false})"})
        EXPECT_FALSE(read_camera_change(bad)) << bad;
}

TEST(RecordingPlan, IsReadStrictly) {
    const std::string all(168, 'f');
    const std::string none(168, '0');
    const auto set = read_camera_change(fmt::format(
        R"({{"recording":{{"continuous":"{}","on_event":"{}","pre_roll_s":0,"post_roll_s":600,"event_kinds":["motion","other"]}}}})",
        none, all));
    ASSERT_TRUE(set);
    ASSERT_TRUE(set->recording);
    EXPECT_TRUE(set->recording->continuous->empty());
    EXPECT_TRUE(set->recording->on_event->always());
    EXPECT_EQ(set->recording->pre_roll, std::chrono::seconds(0));
    EXPECT_EQ(set->recording->post_roll, std::chrono::seconds(600));
    EXPECT_EQ(set->recording->event_kinds, wire::kinds_of({wire::EventKind::motion, wire::EventKind::other}));
    EXPECT_FALSE(read_camera_change("{}")->recording);
    const auto fields = read_camera_change(R"({"recording":{"pre_roll_s":5}})");
    ASSERT_TRUE(fields);
    EXPECT_FALSE(fields->recording->continuous);
    EXPECT_FALSE(fields->recording->event_kinds);
    for (const std::string& bad :
         {std::string(R"({"recording":1})"), std::string(R"({"recording":{"pre_roll_s":61}})"),
          std::string(R"({"recording":{"post_roll_s":4}})"),
          std::string(R"({"recording":{"event_kinds":[]}})"),
          std::string(R"({"recording":{"event_kinds":["fire"]}})"), std::string(R"({"recording":{"x":1}})"),
          fmt::format(R"({{"recording":{{"continuous":"{}"}}}})", std::string(167, 'f')),
          fmt::format(R"({{"recording":{{"continuous":"{}"}}}})", std::string(168, 'F')),
          fmt::format(R"({{"recording":{{"on_event":"{}"}}}})", std::string(192, 'f'))}) {
        const auto refused = read_camera_change(bad);
        ASSERT_FALSE(refused) << bad;
        EXPECT_FALSE(refused.error().detail.empty()) << bad;
    }
}

TEST(RecordingPlan, IsShownAndGapsSayWhetherTheyWerePlanned) {
    TestSite site;
    const std::string cookie = site.claim();
    const std::string camera = "/api/v1/cameras/" + site.gateway.camera.id.text();
    EXPECT_THAT(body_of(site.send(net::Method::get, camera, {}, cookie)),
                AllOf(HasSubstr(R"("pre_roll_s":10,"post_roll_s":30,"event_kinds":["motion","tamper",)"),
                      HasSubstr(R"("recording_now":{"mode":"continuous","wanted":true,"trouble":false)")));
    const wire::Recordings recordings{
        .ranges = {},
        .gaps = {{.interval = {from_ticks(1), from_ticks(2)}, .reason = "plan", .by_plan = true},
                 {.interval = {from_ticks(2), from_ticks(3)}, .reason = "fault"}},
        .extent = {}};
    EXPECT_THAT(boost::json::serialize(to_json(recordings)),
                AllOf(HasSubstr(R"("reason":"plan","by_plan":true)"),
                      HasSubstr(R"("reason":"fault","by_plan":false)")));
}

TEST(RecordingPlan, AChangeIsToldWithWhatWasBefore) {
    TestSite site;
    const std::string cookie = site.claim();
    const std::string camera = "/api/v1/cameras/" + site.gateway.camera.id.text();
    EXPECT_EQ(site.send(net::Method::patch, camera, R"({"recording":{"pre_roll_s":7}})", cookie).status,
              200u);
    const std::string audit = body_of(site.send(net::Method::get, "/api/v1/audit?limit=5", {}, cookie));
    EXPECT_THAT(audit, AllOf(HasSubstr(R"("asked":{"recording":{"pre_roll_s":7}})"),
                             HasSubstr(R"("before":{"recording":{"continuous":"ffff)")));
}

TEST(Export, StreamsUpToTheFirstChangeOfParameters) {
    TestSite site;
    const std::string cookie = site.claim();
    site.gateway.on_open = [&](const wire::OpenChannel& open) {
        const auto& source = std::get<wire::PlaybackSource>(open.source);
        EXPECT_TRUE(source.rebase_to_start);
        site.gateway.send_init(open.channel);
        site.gateway.send_media(open.channel, 100, true, 3);
        site.gateway.send_init(open.channel);
        site.gateway.send_media(open.channel, 190, true, 3);
    };
    const std::string path =
        "/api/v1/cameras/" + site.gateway.camera.id.text() + "/recordings/media?start_90k=100&end_90k=200";
    auto response = site.send(net::Method::get, path, {}, cookie);
    ASSERT_EQ(response.status, 200u);
    // A name of our own making: nothing of it comes from the camera or from who asks.
    EXPECT_EQ(header_of(response, "Content-Disposition").find("attachment; filename=\"vedette-"), 0u);
    auto& source = std::get<std::unique_ptr<net::BodySource>>(response.body);
    std::string file;
    bool ended = false;
    const auto read = [](net::BodySource* from, std::string* into, bool* end) -> net::Awaitable<void> {
        for (;;) {
            const auto piece = co_await from->next();
            if (!piece || !*piece) break;
            *into += as_text(**piece);
        }
        *end = true;
    };
    boost::asio::co_spawn(site.io, read(source.get(), &file, &ended), boost::asio::detached);
    ASSERT_TRUE(site.run_until([&] { return ended; }));
    EXPECT_EQ(file, "initmmm");
    EXPECT_TRUE(site.run_until([&] { return site.gateway.closed.size() == 1; }));
}

TEST(Export, OfNothingIsNotFound) {
    TestSite site;
    const std::string cookie = site.claim();
    site.gateway.on_open = [&](const wire::OpenChannel& open) {
        site.gateway.send(wire::ChannelEnd{.channel = open.channel, .error = {}});
    };
    const std::string path =
        "/api/v1/cameras/" + site.gateway.camera.id.text() + "/recordings/media?start_90k=1&end_90k=2";
    EXPECT_EQ(site.send(net::Method::get, path, {}, cookie).status, 404u);
}

}  // namespace
}  // namespace vedette::hub::api
