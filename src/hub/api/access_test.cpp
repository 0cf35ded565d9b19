// What users with fewer rights see and do not see, and how fast a right that is taken away is gone.

#include <cstdlib>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/circumstances.hpp"
#include "hub/api/test_site.hpp"

namespace vedette::hub::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using enum policy::Right;

class AccessTest : public ::testing::Test {
  protected:
    std::string get(std::string path, const std::string& cookie, unsigned status = 200) {
        const net::Response response = site.send(net::Method::get, std::move(path), {}, cookie);
        EXPECT_EQ(response.status, status);
        return testing::body_of(response);
    }
    unsigned patch_user(const testing::TestSite::NewUser& user, std::string body) {
        return site.send(net::Method::patch, "/api/v1/users/" + user.id, std::move(body), administrator)
            .status;
    }
    net::Response put_rules(std::string rules) {
        return site.send(net::Method::put, "/api/v1/access-rules", std::move(rules), administrator);
    }
    static std::string rules_with(std::string_view holidays, int idle_minutes = 720, int hours = 168,
                                  std::string_view lock_out = "progressive") {
        return fmt::format(
            R"({{"second_factor":"nobody","session_idle_minutes":{},"session_hours":{},"lock_out":"{}","holidays":{},"safeguards":[],"second_person_roles":[],"mail_codes":false}})",
            idle_minutes, hours, lock_out, holidays);
    }
    void start_live(testing::SocketState& socket, std::uint32_t channel) {
        socket.from_client.push_back(
            fmt::format(R"({{"type":"live.start","channel":{},"camera_id":"{}","stream":"main"}})", channel,
                        site.gateway.camera.id.text()));
        socket.event.cancel();
    }
    bool has_text(const testing::SocketState& socket, std::string_view part) {
        return std::ranges::any_of(
            socket.text, [&](const std::string& text) { return text.find(part) != std::string::npos; });
    }

    testing::TestSite site;
    std::string administrator = site.claim();
    std::string camera_path = "/api/v1/cameras/" + site.gateway.camera.id.text();
};

TEST_F(AccessTest, ACameraIsThereForWhoHasARightOverIt) {
    const auto viewer = site.add_user(administrator, "viewer", {see_live}, "camera");
    const auto nobody = site.add_user(administrator, "nobody", {});
    EXPECT_THAT(get("/api/v1/cameras", viewer.cookie), HasSubstr(site.gateway.camera.id.text()));
    EXPECT_THAT(get("/api/v1/cameras", nobody.cookie), HasSubstr(R"("cameras":[])"));
    EXPECT_THAT(get(camera_path, nobody.cookie, 404), Not(HasSubstr("account")));
    EXPECT_THAT(get(camera_path + "/recordings?start_90k=1&end_90k=2", viewer.cookie, 403),
                HasSubstr("Your account may not do this"));
}

TEST_F(AccessTest, AddressesAreForWhoConfigures) {
    const auto viewer = site.add_user(administrator, "viewer", {see_live});
    const auto installer = site.add_user(administrator, "installer", {configure_cameras});
    const std::string seen = get(camera_path, viewer.cookie);
    EXPECT_THAT(seen, HasSubstr(R"("rights":["see_live"])"));
    for (const char* hidden : {"192.0.2.10", "username", "has_password", "main_url"})
        EXPECT_THAT(seen, Not(HasSubstr(hidden)));
    EXPECT_THAT(get(camera_path, installer.cookie), HasSubstr("192.0.2.10"));
    const auto socket = site.open_websocket(viewer.cookie);
    ASSERT_FALSE(socket->text.empty());
    EXPECT_THAT(socket->text.front(), HasSubstr("camera.changed"));
    EXPECT_THAT(socket->text.front(), Not(HasSubstr("192.0.2.10")));
}

TEST_F(AccessTest, TheSessionSaysWhatItsUserMay) {
    const auto user = site.add_user(administrator, "chief", {add_cameras, see_live});
    const std::string session = get("/api/v1/session", user.cookie);
    EXPECT_THAT(session, HasSubstr(R"("roles":["role of chief"])"));
    EXPECT_THAT(session, HasSubstr(R"("rights":["see_live","add_cameras"])"));
    EXPECT_THAT(session, HasSubstr(user.id));
}

TEST_F(AccessTest, ARightThatIsTakenAwayEndsThePictureAndTellsTheClient) {
    const auto user = site.add_user(administrator, "viewer", {see_live, play_back});
    const auto socket = site.open_websocket(user.cookie);
    start_live(*socket, 1);
    ASSERT_TRUE(site.run_until([&] { return site.gateway.opened.size() == 1; }));
    EXPECT_EQ(patch_user(user, R"({"assignments":[]})"), 200u);
    ASSERT_TRUE(site.run_until([&] { return has_text(*socket, "session.changed"); }));
    EXPECT_TRUE(has_text(*socket, "channel.ended"));
    EXPECT_TRUE(site.run_until([&] { return site.gateway.closed.size() == 1; }));
    EXPECT_FALSE(socket->ended);  // the user is still signed in
    const std::size_t texts = socket->text.size();
    site.gateway.send(wire::CameraChanged{.status = site.gateway.camera});
    site.gateway.send(wire::StorageStatus{});
    ASSERT_TRUE(site.run_until([&] { return socket->text.size() > texts; }));
    EXPECT_THAT(socket->text.back(), HasSubstr("storage.changed"));  // nothing of the camera came
    EXPECT_EQ(socket->text.size(), texts + 1);
}

TEST_F(AccessTest, SuspensionClosesTheConnection) {
    const auto user = site.add_user(administrator, "viewer", {see_live});
    const auto socket = site.open_websocket(user.cookie);
    EXPECT_EQ(patch_user(user, R"({"suspended":true})"), 200u);
    ASSERT_TRUE(site.run_until([&] { return socket->ended; }));
    EXPECT_EQ(socket->close_code, 1008);
    EXPECT_EQ(site.send(net::Method::get, "/api/v1/session", {}, user.cookie).status, 401u);
}

TEST_F(AccessTest, AnAdministratorSignsAUserOutEverywhere) {
    const auto user = site.add_user(administrator, "viewer", {see_live});
    const auto socket = site.open_websocket(user.cookie);
    const std::string sessions = "/api/v1/users/" + user.id + "/sessions";
    EXPECT_EQ(site.send(net::Method::del, sessions, {}, administrator).status, 204u);
    EXPECT_EQ(site.send(net::Method::get, "/api/v1/session", {}, user.cookie).status, 401u);
    ASSERT_TRUE(site.run_until([&] { return socket->ended; }));
    EXPECT_EQ(site.send(net::Method::get, "/api/v1/session", {}, administrator).status, 200u);
}

TEST_F(AccessTest, WhenTheScheduleEndsThePictureEnds) {
    // The whole week but the hour after the next one.
    WeeklySchedule schedule;
    const WallTime now = wall_time(site.clock.utc_now(), {});
    const std::size_t quarter = now.day * 96U + now.minute / 15U;
    for (std::size_t i = 0; i < WeeklySchedule::quarters_per_week; ++i)
        if ((i + 672 - quarter) % 672 < 4 || (i + 672 - quarter) % 672 >= 8)
            schedule.allow(static_cast<std::uint8_t>(i / 96), i % 96, i % 96 + 1);
    const auto user = site.add_user(administrator, "guard", {see_live}, "organisation",
                                    fmt::format(R"(,"schedule":"{}")", schedule.text()));
    const auto socket = site.open_websocket(user.cookie);
    start_live(*socket, 1);
    ASSERT_TRUE(site.run_until([&] { return site.gateway.opened.size() == 1; }));
    site.clock.advance(std::chrono::minutes(60));
    ASSERT_TRUE(site.run_until([&] { return has_text(*socket, "outside_schedule"); }));
    EXPECT_THAT(get("/api/v1/cameras", user.cookie), HasSubstr(R"("cameras":[])"));
    site.clock.advance(std::chrono::minutes(60));
    EXPECT_THAT(get("/api/v1/cameras", user.cookie), HasSubstr(site.gateway.camera.id.text()));
}

TEST_F(AccessTest, ARoleCountsFromItsNetworksOnly) {
    const auto here = site.add_user(administrator, "here", {see_live}, "organisation",
                                    R"(,"networks":["198.51.100.0/24"])");
    const auto elsewhere = site.add_user(administrator, "elsewhere", {see_live}, "organisation",
                                         R"(,"networks":["203.0.113.0/24","2001:db8::/32"])");
    EXPECT_THAT(get("/api/v1/cameras", here.cookie), HasSubstr(site.gateway.camera.id.text()));
    EXPECT_THAT(get("/api/v1/cameras", elsewhere.cookie), HasSubstr(R"("cameras":[])"));
    EXPECT_THAT(get("/api/v1/session", elsewhere.cookie), HasSubstr(R"("rights":[])"));
    EXPECT_THAT(get(camera_path + "/holds", elsewhere.cookie, 403), HasSubstr("not_permitted"));
    const auto socket = site.open_websocket(elsewhere.cookie);
    start_live(*socket, 1);
    ASSERT_TRUE(site.run_until([&] { return has_text(*socket, "outside_network"); }));
    EXPECT_TRUE(site.gateway.opened.empty());
    const std::string decision = "/api/v1/users/" + elsewhere.id +
                                 "/decision?action=watch_live&camera_id=" + site.gateway.camera.id.text();
    EXPECT_THAT(get(decision, administrator), HasSubstr("outside_network"));
    EXPECT_THAT(get(decision + "&address=2001:db8::7", administrator), HasSubstr(R"("allowed":true)"));
    get(decision + "&address=nowhere", administrator, 400);
    // Whoever asks can write what he likes into these; the address is that of the connection.
    net::Request request;
    request.path = "/api/v1/cameras";
    request.peer_address = "198.51.100.7";
    request.headers = {{"Host", "vedette.example"},
                       {"Cookie", "__Host-vedette=" + elsewhere.cookie},
                       {"X-Forwarded-For", "203.0.113.5"},
                       {"X-Real-IP", "203.0.113.5"},
                       {"Forwarded", "for=203.0.113.5"}};
    EXPECT_THAT(testing::body_of(site.send(std::move(request))), HasSubstr(R"("cameras":[])"));
}

TEST_F(AccessTest, HolidaysAreAsTheRulesSay) {
    WeeklySchedule schedule;
    for (std::uint8_t day = 0; day < 7; ++day) schedule.allow(day, 0, WeeklySchedule::quarters_per_day);
    schedule.allow_on_holidays(0, 0);
    const auto user = site.add_user(administrator, "guard", {see_live}, "organisation",
                                    fmt::format(R"(,"schedule":"{}")", schedule.text()));
    const auto socket = site.open_websocket(user.cookie);
    start_live(*socket, 1);
    ASSERT_TRUE(site.run_until([&] { return site.gateway.opened.size() == 1; }));
    const std::string rules = rules_with(R"([{"date":"1999-01-15","yearly":true,"name":"A day"}])");
    EXPECT_EQ(put_rules(rules).status, 200u);
    EXPECT_EQ(get("/api/v1/access-rules", administrator), rules);
    ASSERT_TRUE(site.run_until([&] { return has_text(*socket, "outside_schedule"); }));
    const std::string decision =
        "/api/v1/users/" + user.id + "/decision?action=watch_live&camera_id=" + site.gateway.camera.id.text();
    EXPECT_THAT(get(decision + "&at=2027-01-16T12:00:00Z", administrator), HasSubstr(R"("allowed":true)"));
    EXPECT_THAT(get(decision + "&at=2028-01-15T12:00:00Z", administrator), HasSubstr("outside_schedule"));
    get(decision + "&at=tomorrow", administrator, 400);
    for (const char* bad : {R"([{"date":"2026-02-30","name":"x"}])", R"([{"date":"2026-02-03","name":""}])",
                            R"([{"date":"2026-02-03","name":"x"},{"date":"2026-02-03","name":"y"}])"})
        EXPECT_EQ(put_rules(rules_with(bad)).status, 400u) << bad;
}

TEST_F(AccessTest, SessionsEndAsTheRulesSay) {
    const auto user = site.add_user(administrator, "guard", {see_live});
    EXPECT_EQ(put_rules(rules_with("[]", 5, 1)).status, 200u);
    site.clock.advance(std::chrono::minutes(4));
    get("/api/v1/session", user.cookie);
    site.clock.advance(std::chrono::minutes(4));
    get("/api/v1/session", user.cookie);
    get("/api/v1/session", administrator, 401);
    site.clock.advance(std::chrono::minutes(6));
    get("/api/v1/session", user.cookie, 401);
    const auto sign_in = [&] {
        const auto body =
            fmt::format(R"({{"username":"guard","password":"{}"}})", testing::TestSite::password);
        return testing::cookie_of(site.send(net::Method::post, "/api/v1/session", body));
    };
    const std::string other = sign_in();
    for (int i = 0; i < 20; ++i) {
        site.clock.advance(std::chrono::minutes(3));
        get("/api/v1/session", other, i < 19 ? 200 : 401);
    }
}

TEST_F(AccessTest, RulesAboutSessionsHaveBounds) {
    for (const auto& [minutes, hours] :
         {std::pair(4, 1), std::pair(129'601, 1), std::pair(5, 0), std::pair(5, 2161)})
        EXPECT_EQ(put_rules(rules_with("[]", minutes, hours)).status, 400u) << minutes << ' ' << hours;
    EXPECT_EQ(put_rules(rules_with("[]", 129'600, 2160)).status, 200u);
}

TEST_F(AccessTest, FailedSignInsCostWhatTheRulesSay) {
    const auto fail_to_sign_in = [&] {
        return site.send(net::Method::post, "/api/v1/session",
                         R"({"username":"nobody","password":"guessed"})");
    };
    EXPECT_EQ(put_rules(rules_with("[]", 720, 168, "three_failures")).status, 200u);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(fail_to_sign_in().status, 401u);
    const net::Response refused = fail_to_sign_in();
    EXPECT_EQ(refused.status, 429u);
    EXPECT_EQ(testing::header_of(refused, "Retry-After"), "30");
    site.clock.advance(std::chrono::seconds(30));
    EXPECT_EQ(fail_to_sign_in().status, 401u);
    EXPECT_EQ(fail_to_sign_in().status, 429u);
    EXPECT_EQ(put_rules(rules_with("[]", 720, 168, "never")).status, 400u);
}

TEST_F(AccessTest, WhatIsTooOldIsNotThere) {
    const auto user = site.add_user(administrator, "clerk", {play_back, see_events, export_recordings},
                                    "organisation", R"(,"max_age_days":1)");
    site.clock.advance(std::chrono::milliseconds(500));
    const std::int64_t now = site.clock.utc_now().time_since_epoch().count();
    const std::int64_t day = Ticks90k(std::chrono::days(1)).count();
    const auto interval = [](std::int64_t start, std::int64_t end) {
        return fmt::format("?start_90k={}&end_90k={}", start, end);
    };
    for (const char* what : {"/recordings", "/recordings/media", "/events"}) {
        SCOPED_TRACE(what);
        EXPECT_THAT(get(camera_path + what + interval(100, 200), user.cookie, 403), HasSubstr("too_old"));
    }
    // Also where the key frame of a moment that is not too old is.
    const auto thumbnail = [](std::int64_t at) { return fmt::format("/thumbnail?at_90k={}", at); };
    for (const std::int64_t at : {std::int64_t{100}, now - day - 1, now - day + 1})
        EXPECT_THAT(get(camera_path + thumbnail(at), user.cookie, 403), HasSubstr("too_old"));
    EXPECT_THAT(get(camera_path + thumbnail(now - day / 2), user.cookie), HasSubstr("a picture"));
    // What is asked for is cut, and so is what there is.
    const std::string seen = get(camera_path + "/recordings" + interval(now - 3 * day, now), user.cookie);
    EXPECT_THAT(seen, HasSubstr(R"("extent":null)"));
    get(camera_path + "/events" + interval(now - 3 * day, now), user.cookie);
    EXPECT_EQ(site.gateway.event_queries.back().interval.start, UtcTime(Ticks90k(now - day)));
    const auto socket = site.open_websocket(user.cookie);
    const auto play = [&](std::int64_t start, std::int64_t end) {
        socket->from_client.push_back(fmt::format(
            R"({{"type":"playback.start","channel":1,"camera_id":"{}","stream":"main","start_90k":{},"end_90k":{}}})",
            site.gateway.camera.id.text(), start, end));
        socket->event.cancel();
    };
    play(100, 200);
    ASSERT_TRUE(site.run_until([&] { return has_text(*socket, "too_old"); }));
    EXPECT_TRUE(site.gateway.opened.empty());
    play(now - 2 * day, now);
    ASSERT_TRUE(site.run_until([&] { return site.gateway.opened.size() == 1; }));
    EXPECT_EQ(std::get<wire::PlaybackSource>(site.gateway.opened[0].source).interval.start,
              UtcTime(Ticks90k(now - day)));
}

TEST_F(AccessTest, ADownloadEndsWithTheRightToIt) {
    const auto user = site.add_user(administrator, "clerk", {export_recordings, hear});
    std::uint32_t channel = 0;
    site.gateway.on_open = [&](const wire::OpenChannel& open) {
        channel = open.channel;
        site.gateway.send_init(channel);
        site.gateway.send_media(channel, 100, true, 3);
    };
    auto response = site.send(net::Method::get, camera_path + "/recordings/media?start_90k=100&end_90k=200",
                              {}, user.cookie);
    ASSERT_EQ(response.status, 200u);
    auto& source = std::get<std::unique_ptr<net::BodySource>>(response.body);
    std::optional<Result<SharedBytes>> piece;
    const auto next = [&] {
        piece.reset();
        boost::asio::co_spawn(site.io, source->next(),
                              [&](std::exception_ptr, Result<SharedBytes> got) { piece = std::move(got); });
        EXPECT_TRUE(site.run_until([&] { return piece.has_value(); }));
        return piece->has_value();
    };
    EXPECT_TRUE(next());
    EXPECT_EQ(patch_user(user, R"({"assignments":[]})"), 200u);
    EXPECT_FALSE(next());
    EXPECT_EQ(piece->error().kind, ErrorKind::forbidden);
    EXPECT_TRUE(site.run_until([&] { return site.gateway.closed.size() == 1; }));
}

TEST_F(AccessTest, ADownloadWithSoundEndsWithTheRightToHear) {
    const auto user = site.add_user(administrator, "clerk", {export_recordings, hear});
    site.gateway.on_open = [&](const wire::OpenChannel& open) {
        site.gateway.send_init(open.channel);
        site.gateway.send_media(open.channel, 100, true, 3);
    };
    auto response = site.send(net::Method::get, camera_path + "/recordings/media?start_90k=100&end_90k=200",
                              {}, user.cookie);
    ASSERT_EQ(response.status, 200u);
    EXPECT_EQ(testing::header_of(response, "Vedette-Sound"), "");
    ASSERT_EQ(site.send(net::Method::put, "/api/v1/roles/" + user.role_id,
                        R"({"name":"less","rights":["export_recordings"]})", administrator)
                  .status,
              200u);
    auto& source = std::get<std::unique_ptr<net::BodySource>>(response.body);
    std::optional<Result<SharedBytes>> piece;
    boost::asio::co_spawn(site.io, source->next(),
                          [&](std::exception_ptr, Result<SharedBytes> got) { piece = std::move(got); });
    ASSERT_TRUE(site.run_until([&] { return piece.has_value(); }));
    ASSERT_FALSE(piece->has_value());
    EXPECT_EQ(piece->error().kind, ErrorKind::forbidden);
}

TEST_F(AccessTest, ADecisionIsExplained) {
    const auto user = site.add_user(administrator, "guard", {see_live}, "camera");
    const auto why = [&](std::string query) {
        return get("/api/v1/users/" + user.id + "/decision" + query, administrator);
    };
    const std::string camera = "&camera_id=" + site.gateway.camera.id.text();
    EXPECT_THAT(why("?action=watch_live" + camera), HasSubstr(R"("allowed":true,"reason":"role_permits")"));
    EXPECT_THAT(why("?action=talk" + camera), HasSubstr(R"("reason":"not_permitted")"));
    EXPECT_THAT(why("?action=list_cameras"), HasSubstr(R"("reason":"signed_in")"));
    EXPECT_EQ(patch_user(user, R"({"suspended":true})"), 200u);
    EXPECT_THAT(why("?action=watch_live" + camera), HasSubstr(R"("reason":"not_signed_in")"));
    for (const std::string bad :
         {"?action=fly", "", "?action=watch_live", "?action=list_cameras&camera_id=x"})
        get("/api/v1/users/" + user.id + "/decision" + bad, administrator, 400);
}

TEST_F(AccessTest, BadInputNamesItsField) {
    const auto post = [&](std::string path, std::string body) {
        const auto response = site.send(net::Method::post, std::move(path), std::move(body), administrator);
        return fmt::format("{} {}", response.status, testing::body_of(response));
    };
    EXPECT_THAT(post("/api/v1/users", R"({"name":"  "})"), HasSubstr(R"("field":"name")"));
    EXPECT_THAT(post("/api/v1/users", R"({"name":"ADA"})"), HasSubstr("409"));
    EXPECT_THAT(
        post("/api/v1/users", R"({"name":"x","assignments":[{"role_id":"1","scope":"organisation"}]})"),
        HasSubstr("400"));
    EXPECT_THAT(post("/api/v1/users",
                     R"({"name":"x","assignments":[{"role_id":"0a0b0c0d-0000-4000-8000-000000000001",)"
                     R"("scope":"organisation"}]})"),
                HasSubstr(R"("field":"assignments")"));
    EXPECT_THAT(post("/api/v1/roles", R"({"name":"x","rights":[]})"), HasSubstr(R"("field":"rights")"));
    EXPECT_THAT(post("/api/v1/roles", R"({"name":"x","rights":["fly"]})"), HasSubstr(R"("field":"rights")"));
    EXPECT_THAT(post("/api/v1/roles", R"({"name":"Viewer","rights":["talk"]})"),
                HasSubstr(R"("field":"name")"));
    EXPECT_THAT(post("/api/v1/roles", R"({"name":"x","rights":["talk"],"max_age_days":0})"),
                HasSubstr(R"("field":"max_age_days")"));
    for (const char* networks : {R"([])", R"(["192.0.2.1/24"])", R"(["everywhere"])", R"("192.0.2.1")"})
        EXPECT_THAT(post("/api/v1/roles",
                         fmt::format(R"({{"name":"x","rights":["see_live"],"networks":{}}})", networks)),
                    HasSubstr(R"("field":"networks")"));
    for (const char* kinds : {R"([])", R"(["fax"])", R"("web")"})
        EXPECT_THAT(post("/api/v1/roles",
                         fmt::format(R"({{"name":"x","rights":["see_live"],"client_kinds":{}}})", kinds)),
                    HasSubstr(R"("field":"client_kinds")"));
    EXPECT_THAT(post("/api/v1/camera-groups", R"({"name":"x","camera_ids":["1"]})"),
                HasSubstr(R"("field":"camera_ids")"));
}

TEST(WallTime, FollowsDaylightSavingTime) {
    const char* before = std::getenv("TZ");
    const std::optional<std::string> kept = before ? std::optional<std::string>(before) : std::nullopt;
    ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    ::tzset();
    const auto at = [](std::int64_t unix_seconds) {
        const WallTime time = wall_time(from_unix_seconds(unix_seconds), {});
        return fmt::format("{} {:02}:{:02}", time.day, time.minute / 60, time.minute % 60);
    };
    EXPECT_EQ(at(1'774'745'999), "6 01:59");  // 2026-03-29 00:59:59 UTC, a Sunday
    EXPECT_EQ(at(1'774'746'000), "6 03:00");  // the hour from 2 to 3 is not there
    EXPECT_EQ(at(1'792'889'999), "6 02:59");  // 2026-10-25 00:59:59 UTC
    EXPECT_EQ(at(1'792'890'000), "6 02:00");  // and this one comes twice
    EXPECT_EQ(at(1'792'951'200), "6 19:00");
    if (kept)
        ::setenv("TZ", kept->c_str(), 1);
    else
        ::unsetenv("TZ");
    ::tzset();
}

}  // namespace
}  // namespace vedette::hub::api
