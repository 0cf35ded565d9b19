#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/input.hpp"
#include "hub/api/origin.hpp"
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
    EXPECT_THAT(claim(typed, "ada", "five long words are enough"), HasSubstr("administrator"));
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

TEST(Origin, IsJudgedByWhatBrowsersSay) {
    struct Case {
        std::vector<net::Header> headers;
        policy::Origin expected;
    };
    const std::vector<Case> cases = {
        {{}, policy::Origin::no_browser},
        {{{"Sec-Fetch-Site", "same-origin"}}, policy::Origin::same},
        {{{"Sec-Fetch-Site", "none"}}, policy::Origin::same},
        {{{"Sec-Fetch-Site", "same-site"}}, policy::Origin::cross},
        {{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://a"}, {"Host", "a"}}, policy::Origin::cross},
        {{{"Origin", "https://a:8443"}, {"Host", "A:8443"}}, policy::Origin::same},
        {{{"Origin", "https://a:443"}, {"Host", "a"}}, policy::Origin::same},
        {{{"Origin", "http://a:8443"}, {"Host", "a:8443"}}, policy::Origin::cross},
        {{{"Origin", "https://a.evil"}, {"Host", "a"}}, policy::Origin::cross},
        {{{"Origin", "null"}, {"Host", "a"}}, policy::Origin::cross},
        {{{"Origin", "https://"}}, policy::Origin::cross},
    };
    for (const Case& c : cases) {
        net::Request request;
        request.headers = c.headers;
        EXPECT_EQ(origin_of(request), c.expected);
    }
}

TEST(WebClient, EachPageHasItsOwnNonceAndAssetsMayBeKept) {
    TestSite site;
    const auto page = site.send(net::Method::get, "/cameras");
    const std::string csp = header_of(page, "Content-Security-Policy");
    EXPECT_THAT(csp, HasSubstr("script-src 'self';"));
    EXPECT_THAT(body_of(page), Not(HasSubstr("__CSP_NONCE__")));
    const auto at = csp.find("'nonce-") + 7;
    EXPECT_THAT(body_of(page), HasSubstr(csp.substr(at, csp.find('\'', at) - at)));
    EXPECT_NE(csp, header_of(site.send(net::Method::get, "/"), "Content-Security-Policy"));
    EXPECT_EQ(header_of(page, "Cache-Control"), "no-store");
    EXPECT_THAT(header_of(site.send(net::Method::get, "/assets/a-1.js"), "Cache-Control"),
                HasSubstr("immutable"));
}

TEST(WebClient, AssetsComeCompressedToWhoTakesItEachFormWithItsOwnTag) {
    TestSite site;
    const auto get = [&](std::vector<net::Header> headers) {
        net::Request request;
        request.path = "/assets/a-1.js";
        request.headers = std::move(headers);
        return site.send(std::move(request));
    };
    const auto plain = get({{"Accept-Encoding", "br, gzip;q=0"}});
    EXPECT_EQ(body_of(plain), "let a=1");
    EXPECT_EQ(header_of(plain, "ETag"), "\"e\"");
    EXPECT_EQ(header_of(plain, "Content-Encoding"), "");
    EXPECT_EQ(header_of(plain, "Vary"), "Accept-Encoding") << "caches must know of the other form";

    const auto compressed = get({{"Accept-Encoding", "gzip, deflate, br, zstd"}});
    EXPECT_EQ(body_of(compressed), "(compressed)");
    EXPECT_EQ(header_of(compressed, "ETag"), "\"z\"");
    EXPECT_EQ(header_of(compressed, "Content-Encoding"), "gzip");
    EXPECT_EQ(header_of(compressed, "Content-Type"), "text/javascript");
    EXPECT_EQ(header_of(compressed, "Vary"), "Accept-Encoding");

    const auto known = get({{"Accept-Encoding", "gzip"}, {"If-None-Match", "\"x\", W/\"z\""}});
    EXPECT_EQ(known.status, 304u);
    EXPECT_EQ(body_of(known), "");
    EXPECT_EQ(header_of(known, "ETag"), "\"z\"");
    EXPECT_EQ(header_of(known, "Vary"), "Accept-Encoding");
    EXPECT_EQ(get({{"If-None-Match", "\"z\""}}).status, 200u) << "the tag of the other form";
}

TEST(Refusals, OfTheServerItselfAreProblemDocumentsToo) {
    for (const unsigned status : {400u, 413u, 431u, 500u}) {
        const auto response = refusal(status, "The path has a \"..\" segment");
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(header_of(response, "Content-Type"), "application/problem+json");
        EXPECT_EQ(header_of(response, "X-Content-Type-Options"), "nosniff");
        const auto json = boost::json::parse(body_of(response)).as_object();
        EXPECT_EQ(json.at("status").as_int64(), status);
        EXPECT_EQ(json.at("detail").as_string(), "The path has a \"..\" segment");
        EXPECT_FALSE(json.at("title").as_string().empty());
        EXPECT_TRUE(json.at("type").as_string().starts_with("urn:vedette:problem:"));
    }
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
          "vedette_stream_refused_packets_total{"})
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
    EXPECT_THAT(body_of(site.send(net::Method::get, path + "/states", {}, cookie)),
                HasSubstr("{\"changes\":[{\"stream\":\"main\",\"state\":\"waiting\",\"reason\":\"the camera "
                          "refused\",\"at_90k\":7}]}"));
}

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
    EXPECT_THAT(body_of(site.send(net::Method::get, camera, {}, cookie)),
                HasSubstr(R"("keep_days":null,"keep_bytes":null)"));
    EXPECT_THAT(
        body_of(site.send(net::Method::get, camera + "/recordings?start_90k=1&end_90k=300", {}, cookie)),
        HasSubstr(
            R"("deleted":[{"start_90k":50,"end_90k":100,"rule":"keep_days","value":30,"deleted_90k":300}])"));
    const auto set = read_camera_change(R"({"keep_days":30,"keep_bytes":null})");
    ASSERT_TRUE(set);
    EXPECT_EQ(set->keep_days, 30u);
    EXPECT_EQ(set->keep_bytes, 0u);
    EXPECT_FALSE(read_camera_change("{}")->keep_days);
    for (const char* bad :
         {R"({"keep_days":0})", R"({"keep_days":3651})", R"({"keep_bytes":0})", R"({"keep_days":"x"})"})
        EXPECT_FALSE(read_camera_change(bad)) << bad;
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

// ---- WebSocket

std::string live_start(const CameraId& camera, int channel) {
    return fmt::format(R"({{"type":"live.start","channel":{},"camera_id":"{}","stream":"main"}})", channel,
                       camera.text());
}

void say(testing::SocketState& socket, std::string text) {
    socket.from_client.push_back(std::move(text));
    socket.event.cancel();
}

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
