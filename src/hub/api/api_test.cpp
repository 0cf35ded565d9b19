#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/test_site.hpp"

namespace vedette::hub::api {
namespace {

using testing::body_of;
using ::testing::HasSubstr;
using testing::header_of;
using ::testing::Not;
using testing::TestSite;

TEST(SignIn, ClaimOnceThenSignInAndOut) {
    TestSite site;
    EXPECT_THAT(body_of(site.send(net::Method::get, "/api/v1/setup")), HasSubstr("false"));
    const std::string cookie = site.claim();
    ASSERT_EQ(cookie.size(), 64u);
    EXPECT_THAT(body_of(site.send(net::Method::get, "/api/v1/setup")), HasSubstr("true"));
    EXPECT_FALSE(site.services->identity->claim_code());
    const auto again = site.send(net::Method::post, "/api/v1/setup/claim",
                                 R"({"code":"X","username":"eve","password":"five long words are enough"})");
    EXPECT_EQ(again.status, 409u);

    EXPECT_THAT(body_of(site.send(net::Method::get, "/api/v1/session", {}, cookie)), HasSubstr("\"Ada\""));
    const auto second = site.send(net::Method::post, "/api/v1/session",
                                  R"({"username":" ADA ","password":"five long words are enough"})", cookie);
    EXPECT_EQ(second.status, 201u);
    EXPECT_THAT(header_of(second, "Set-Cookie"), HasSubstr("Path=/; "));
    EXPECT_THAT(header_of(second, "Set-Cookie"), HasSubstr("Secure; HttpOnly; SameSite=Strict"));
    EXPECT_EQ(site.send(net::Method::get, "/api/v1/session", {}, cookie).status, 401u);  // replaced
    const std::string fresh = testing::cookie_of(second);
    EXPECT_THAT(header_of(second, "Set-Cookie"), ::testing::StartsWith("__Host-vedette=" + fresh + ";"));
    EXPECT_THAT(body_of(second), Not(HasSubstr(fresh))) << "scripts could read it there";
    EXPECT_EQ(site.send(net::Method::del, "/api/v1/session", {}, fresh).status, 204u);
    EXPECT_EQ(site.send(net::Method::get, "/api/v1/session", {}, fresh).status, 401u);
}

TEST(SignIn, GuessingIsSlowedDownAndSaysForHowLong) {
    TestSite site;
    site.claim();
    const char* wrong = R"({"username":"ada","password":"wrong"})";
    const char* unknown = R"({"username":"nobody","password":"wrong"})";
    const auto first = site.send(net::Method::post, "/api/v1/session", wrong);
    EXPECT_EQ(first.status, 401u);
    EXPECT_EQ(body_of(first), body_of(site.send(net::Method::post, "/api/v1/session", unknown)));
    unsigned status = 401;
    net::Response last;
    for (int i = 0; i < 6 && status == 401; ++i) {
        last = site.send(net::Method::post, "/api/v1/session", unknown);
        status = last.status;
    }
    EXPECT_EQ(status, 429u);
    EXPECT_EQ(header_of(last, "Retry-After"), "1");
    EXPECT_THAT(body_of(last), HasSubstr("try again in 1 s"));
}

TEST(Health, TellsOfWhatDoesNotLeaveThisMachine) {
    TestSite site;
    const std::string cookie = site.claim();
    const auto health = [&](const std::string& of = {}) {
        return body_of(site.send(net::Method::get, "/api/v1/health", {}, of));
    };
    EXPECT_THAT(health(), Not(HasSubstr("deliveries")));
    EXPECT_THAT(health(cookie), HasSubstr(R"("deliveries":{"audit_stream":"off","mail":"off","sms":"off"})"));
    const auto named =
        site.send(net::Method::put, "/api/v1/sms", R"({"url":"https://127.0.0.1:1/send"})", cookie);
    ASSERT_EQ(named.status, 200u) << body_of(named);
    EXPECT_THAT(health(cookie), HasSubstr(R"("sms":"ok")"));
    EXPECT_THAT(health(), HasSubstr(R"("status":"ok")"));
    site.services->mailer->send(
        {.to = "+4915123456789", .subject = "x", .text = "x", .brief = "x"});  // nobody listens there
    ASSERT_TRUE(site.run_until([&] { return !site.services->mailer->webhook_status().problem.empty(); }));
    EXPECT_THAT(health(cookie), HasSubstr(R"("sms":"failing")"));
    EXPECT_THAT(health(cookie), HasSubstr("The last short message could not be sent"));
    EXPECT_THAT(health(), HasSubstr(R"("status":"degraded")"));
    EXPECT_THAT(health(), Not(HasSubstr("message")));
}

TEST(Input, BadInputIsRefusedWithTheFieldAndASentence) {
    TestSite site;
    const std::string cookie = site.claim();
    const std::string camera = "/api/v1/cameras/" + site.gateway.camera.id.text();
    const std::string unknown = "/api/v1/cameras/00000000-0000-4000-8000-000000000000";
    struct Case {
        net::Method method;
        std::string path;
        std::string body;
        unsigned status;
        std::string says;
    };
    using enum net::Method;
    const std::vector<Case> cases = {
        {post, "/api/v1/cameras", "", 400, "not valid JSON"},
        {post, "/api/v1/cameras", "{", 400, "not valid JSON"},
        {post, "/api/v1/cameras", "[]", 400, "must be a JSON object"},
        {post, "/api/v1/cameras", R"({"a":[[[[[[1]]]]]]})", 400, "not valid JSON"},
        {post, "/api/v1/cameras", "{\"name\":\"\xff\"}", 400, "not valid JSON"},
        {post, "/api/v1/cameras", R"({"main_url":"rtsp://h/1"})", 400, "\"field\":\"name\""},
        {post, "/api/v1/cameras", R"({"name":"a"})", 400, "\"field\":\"main_url\""},
        {post, "/api/v1/cameras", R"({"name":"  ","main_url":"rtsp://h/1"})", 400, "Give the camera a name"},
        {post, "/api/v1/cameras", R"({"name":7,"main_url":"rtsp://h/1"})", 400, "must be text"},
        {post, "/api/v1/cameras", R"({"name":"a\u0000b","main_url":"rtsp://h/1"})", 400,
         "control characters"},
        {post, "/api/v1/cameras", R"({"name":"a","main_url":"http://h/1"})", 400, "must begin with rtsp://"},
        {post, "/api/v1/cameras", R"({"name":"a","main_url":"rtsp:///1"})", 400, "needs a host"},
        {post, "/api/v1/cameras", R"({"name":"a","main_url":"rtsp://[fe80::1%25]/1"})", 400,
         "no name of a network interface"},
        {post, "/api/v1/cameras", R"({"name":"a","main_url":"rtsp://[cam%25eth0]/1"})", 400,
         "This is not an address"},
        {post, "/api/v1/cameras", R"({"name":"a","main_url":"exec:rm"})", 400, "must begin with rtsp://"},
        {post, "/api/v1/cameras", R"({"name":"a","main_url":"rtsp://h:99999/1"})", 400,
         "\"field\":\"main_url\""},
        {post, "/api/v1/cameras", R"({"name":"a","main_url":"rtsp://h/1","x":1})", 400, "\"field\":\"x\""},
        {post, "/api/v1/cameras", R"({"name":")" + std::string(101, 'n') + R"(","main_url":"rtsp://h/1"})",
         400, "at most 100"},
        {patch, camera, R"({"main_url":"rtsp://198.51.100.9/1"})", 400, "\"field\":\"password\""},
        {patch, unknown, R"({"name":"b"})", 404, "no such camera"},
        {del, unknown, "", 404, "no such camera"},
        {post, "/api/v1/cameras/test", R"({"camera_id":"x"})", 400, "\"field\":\"camera_id\""},
        {post, "/api/v1/cameras/test", R"({})", 400, "\"field\":\"main_url\""},
        {get, camera + "/recordings", "", 400, "start_90k"},
        {get, camera + "/recordings?start_90k=5&end_90k=5", "", 400, "later than"},
        {get, camera + "/recordings?start_90k=-1&end_90k=5", "", 400, "start_90k"},
        {get, camera + "/recordings?start_90k=1&end_90k=99999999999999999999", "", 400, "end_90k"},
        {get, camera + "/recordings?start_90k=1&end_90k=5&stream=third", "", 400, "main or sub"},
        {get, "/api/v1/nothing", "", 404, "nothing at this address"},
        {put, "/api/v1/session", "", 405, "method"},
        {get, "/api/v1/ws", "", 426, "WebSocket"},
        {get, "/missing.js", "", 404, "nothing at this address"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.path + " " + c.body);
        const auto response = site.send(c.method, c.path, c.body, cookie);
        EXPECT_EQ(response.status, c.status);
        EXPECT_THAT(body_of(response), HasSubstr(c.says));
    }
}

TEST(Input, ClaimIsCheckedBeforeAnythingIsMade) {
    TestSite site;
    const std::string code(*site.services->identity->claim_code());
    const auto claim = [&](const std::string& with, const std::string& name, const std::string& password) {
        return body_of(site.send(
            net::Method::post, "/api/v1/setup/claim",
            fmt::format(R"({{"code":"{}","username":"{}","password":"{}"}})", with, name, password)));
    };
    EXPECT_THAT(claim("AAAA-BBBB-CCCC-DDDD", "ada", "five long words are enough"),
                HasSubstr("\"field\":\"code\""));
    EXPECT_THAT(claim(code, "ada", "short"), HasSubstr("at least 15"));
    EXPECT_THAT(claim(code, "ada", "Password-Password-1"), HasSubstr("first that are guessed"));
    EXPECT_THAT(claim(code, "   ", "five long words are enough"), HasSubstr("\"field\":\"username\""));
    EXPECT_FALSE(site.services->identity->claimed());
    std::string typed = code;
    for (char& c : typed) c = c == '-' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    EXPECT_THAT(claim(typed, "ada", "five long words are enough"), HasSubstr("Administrator"));
}

TEST(Cameras, CredentialsLeaveTheAddressAndThePasswordNeverComesBack) {
    TestSite site;
    const std::string cookie = site.claim();
    const auto added = site.send(net::Method::post, "/api/v1/cameras",
                                 R"({"name":"Yard","main_url":"RTSP://ann:s3cr%65t@192.0.2.9/1"})", cookie);
    EXPECT_EQ(added.status, 201u) << body_of(added);
    EXPECT_THAT(body_of(added), HasSubstr("\"main_url\":\"rtsp://192.0.2.9/1\""));
    EXPECT_THAT(body_of(added), HasSubstr("\"username\":\"ann\""));
    EXPECT_THAT(body_of(added), Not(HasSubstr("s3cret")));
    const auto location = header_of(added, "Location");
    EXPECT_EQ(site.send(net::Method::get, location, {}, cookie).status, 200u);
}

TEST(Metrics, ShowCamerasWithEscapedLabels) {
    TestSite site;
    const std::string cookie = site.claim();
    const auto response = site.send(net::Method::get, "/metrics", {}, cookie);
    EXPECT_THAT(body_of(response), HasSubstr("vedette_streams{state=\"recording\"} 1\n"));
    EXPECT_THAT(body_of(response), HasSubstr("camera=\"Gate \\\"A\\\"\""));
    for (const std::string_view sample :
         {"vedette_stream_recording{", "vedette_stream_lost_packets_total{", "stream=\"main\"} 3\n",
          "vedette_stream_clock_offset_seconds{", "stream=\"main\"} -40\n", "stream=\"main\"} -4e-05\n",
          "# TYPE vedette_stream_reconnects_total counter\n", "vedette_stream_damaged_pictures_total{",
          "vedette_stream_refused_packets_total{", "vedette_camera_recording_wanted{",
          "\"} 1\n# HELP vedette_camera_events", "vedette_camera_events_unheard{",
          "stream=\"main\",verdict=\"not_authentic\"} 2\n", "vedette_stream_signing_key_changed{"})
        EXPECT_THAT(body_of(response), HasSubstr(sample));
    // A token may be read by many: no address, no user name, no sentence of a camera.
    EXPECT_THAT(body_of(response), Not(HasSubstr("192.0.2.10")));
    EXPECT_THAT(body_of(response), Not(HasSubstr("viewer\"")));
    // What is not known is not there.
    site.gateway.camera.streams[0].health = {};
    site.gateway.send(wire::CameraChanged{.status = site.gateway.camera});
    const auto without = site.send(net::Method::get, "/metrics", {}, cookie);
    EXPECT_THAT(body_of(without), Not(HasSubstr("vedette_stream_clock_offset_seconds{")));
}

TEST(Cameras, HealthAndStateHistory) {
    TestSite site;
    const std::string cookie = site.claim();
    const std::string path = "/api/v1/cameras/" + site.gateway.camera.id.text();
    const std::string camera = body_of(site.send(net::Method::get, path, {}, cookie));
    EXPECT_THAT(camera, HasSubstr("\"clock_offset_seconds\":-4E1"));
    EXPECT_THAT(camera, HasSubstr("\"last_picture_90k\":90000"));
    EXPECT_THAT(camera, HasSubstr("\"signature\":{\"last\":\"authentic\",\"key\":\"aaaa"));
    EXPECT_THAT(camera,
                HasSubstr("\"fragments\":{\"not_signed\":0,\"authentic\":7,\"authentic_with_missing\":1,"
                          "\"not_authentic\":2,\"not_known\":0},\"not_authentic_at_90k\":180000}"));
    EXPECT_THAT(body_of(site.send(net::Method::get, path + "/states", {}, cookie)),
                HasSubstr("{\"changes\":[{\"stream\":\"main\",\"state\":\"waiting\",\"reason\":\"the camera "
                          "refused\",\"at_90k\":7}]}"));
}

}  // namespace
}  // namespace vedette::hub::api
