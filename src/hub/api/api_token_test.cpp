// What programs do with API tokens: requests, channels, downloads, and what the audit log says of them.

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/test_site.hpp"

namespace vedette::hub::api {
namespace {

namespace json = boost::json;

using testing::body_of;
using ::testing::HasSubstr;
using testing::header_of;
using ::testing::Not;
using testing::TestSite;
using enum policy::Right;
using net::Method;

struct TokenSite : TestSite {
    std::string cookie = claim();
    std::string camera = "/api/v1/cameras/" + gateway.camera.id.text();

    void revoke_all() {
        const auto list = json::parse(body_of(send(Method::get, "/api/v1/account/tokens", {}, cookie)));
        for (const auto& token : list.at("tokens").as_array())
            ASSERT_EQ(send(Method::del, "/api/v1/account/tokens/" + std::string(token.at("id").as_string()),
                           {}, cookie)
                          .status,
                      204u);
    }
    std::shared_ptr<testing::SocketState> open_with_token(const std::string& token) {
        return open_websocket(send_with_token(Method::get, "/api/v1/ws", token));
    }
};

TEST(ApiToken, IsShownOnceAndListedWithItsLastUse) {
    TokenSite site;
    const auto made = site.send(
        Method::post, "/api/v1/account/tokens",
        R"({"name":" Backup ","rights":["see_live"],"days":7,"password":"five long words are enough"})",
        site.cookie);
    ASSERT_EQ(made.status, 201u) << body_of(made);
    const auto document = json::parse(body_of(made));
    const std::string secret(document.at("secret").as_string());
    const std::string id(document.at("token").at("id").as_string());
    EXPECT_EQ(header_of(made, "Location"), "/api/v1/account/tokens/" + id);
    EXPECT_EQ(site.send_with_token(Method::get, "/api/v1/cameras", secret).status, 200u);
    const auto list = site.send(Method::get, "/api/v1/account/tokens", {}, site.cookie);
    EXPECT_THAT(body_of(list), Not(HasSubstr("vdt_")));
    const auto token = json::parse(body_of(list)).at("tokens").at(0);
    EXPECT_EQ(token.at("name").as_string(), "Backup");
    EXPECT_EQ(token.at("address").as_string(), "198.51.100.7");
    EXPECT_EQ(token.at("last_used_90k").as_int64(), ticks(site.clock.utc_now()));
    EXPECT_EQ(token.at("expires_90k").as_int64() - token.at("created_90k").as_int64(),
              Ticks90k(std::chrono::days(7)).count());
    EXPECT_EQ(site.send(Method::del, "/api/v1/account/tokens/" + id, {}, site.cookie).status, 204u);
    EXPECT_EQ(site.send_with_token(Method::get, "/api/v1/cameras", secret).status, 401u);
    EXPECT_EQ(site.send(Method::del, "/api/v1/account/tokens/" + id, {}, site.cookie).status, 404u);
}

TEST(ApiToken, SaysWhatItIsAndSetsNoCookie) {
    TokenSite site;
    const std::string token = site.make_token(site.cookie, {see_live, manage_users});
    const auto session = site.send_with_token(Method::get, "/api/v1/session", token);
    EXPECT_EQ(session.status, 200u);
    EXPECT_EQ(header_of(session, "Set-Cookie"), "");
    const auto document = json::parse(body_of(session));
    EXPECT_EQ(json::serialize(document.at("rights")), R"(["see_live","manage_users"])");
    EXPECT_TRUE(document.at("api_token").at("id").is_string());
    // A cookie beside it changes nothing.
    net::Request request;
    request.method = Method::get;
    request.path = "/api/v1/account";
    request.headers = {{"Host", "vedette.example"},
                       {"Cookie", "__Host-vedette=" + site.cookie},
                       {"Authorization", "Bearer " + token}};
    const auto refused = site.send(request);
    EXPECT_EQ(refused.status, 403u);
    EXPECT_THAT(body_of(refused), HasSubstr("not_for_tokens"));
    request.headers.back().value += "x";
    const auto wrong = site.send(request);
    EXPECT_EQ(wrong.status, 401u);
    EXPECT_THAT(header_of(wrong, "WWW-Authenticate"), HasSubstr("invalid_token"));
    EXPECT_THAT(body_of(wrong), HasSubstr("copy it again"));
}

TEST(ApiToken, ManyWrongOnesAreSlowedDown) {
    TokenSite site;
    const std::string wrong = "vdt_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg1jbXeK";
    unsigned status = 401;
    for (int i = 0; i < 100 && status == 401; ++i)
        status = site.send_with_token(Method::get, "/api/v1/cameras", wrong).status;
    EXPECT_EQ(status, 429u);
    EXPECT_NE(header_of(site.send_with_token(Method::get, "/api/v1/cameras", wrong), "Retry-After"), "");
}

TEST(ApiToken, AWrongOneIsAnEntryOfTheAuditLog) {
    TokenSite site;
    const std::string token = site.make_token(site.cookie, {see_live});
    const auto entries = [&] {
        const auto all =
            json::parse(body_of(site.send(Method::get, "/api/v1/audit?allowed=false", {}, site.cookie)));
        return all.at("entries").as_array();
    };
    EXPECT_EQ(site.send_with_token(Method::get, "/api/v1/cameras", token.substr(1)).status, 401u);
    site.revoke_all();
    EXPECT_EQ(site.send_with_token(Method::patch, site.camera, token, R"({"name":"x"})").status, 401u);
    const auto two = entries();
    ASSERT_EQ(two.size(), 2u);
    EXPECT_EQ(two.at(0).at("operation"), "changeCamera");
    EXPECT_EQ(two.at(1).at("operation"), "listCameras") << "also where what is allowed is no entry";
    for (const auto& entry : two) {
        EXPECT_EQ(entry.at("reason"), "wrong_token");
        EXPECT_EQ(entry.at("status"), 401);
        EXPECT_EQ(entry.at("who").at("kind"), "nobody");
        EXPECT_EQ(entry.at("address"), "198.51.100.7");
        EXPECT_THAT(json::serialize(entry), Not(HasSubstr(token.substr(4, 20))));
    }
    for (int i = 0; i < 300; ++i) {
        site.clock.advance(std::chrono::seconds(3));  // as fast as they are answered at all
        site.send_with_token(Method::get, "/api/v1/cameras", token);
    }
    const auto figures = site.services->recorder.log()->figures();
    EXPECT_LE(figures.entries, 260u) << "refusals of nobody are bounded";
}

TEST(ApiToken, BeyondItsScopeIsToldFromBeyondItsAccount) {
    TokenSite site;
    const std::string token = site.make_token(site.cookie, {see_live});
    const auto refused = site.send_with_token(Method::patch, site.camera, token, R"({"name":"x"})");
    EXPECT_EQ(refused.status, 403u);
    EXPECT_THAT(body_of(refused), HasSubstr("beyond_scope"));
    const auto user = site.add_user(site.cookie, "u", {see_live});
    const auto more = site.send(
        Method::post, "/api/v1/account/tokens",
        R"({"name":"a","rights":["play_back"],"password":"five long words are enough"})", user.cookie);
    EXPECT_EQ(more.status, 400u);
    EXPECT_THAT(body_of(more), HasSubstr(R"("field":"rights")"));
    const auto own = json::parse(body_of(site.send(Method::get, "/api/v1/account/tokens", {}, user.cookie)));
    EXPECT_EQ(json::serialize(own.at("rights")), R"(["see_live"])");
    const std::string hers = site.make_token(user.cookie, {see_live});
    EXPECT_THAT(body_of(site.send_with_token(Method::patch, site.camera, hers, R"({"name":"x"})")),
                HasSubstr("not_permitted"));
}

TEST(ApiToken, IsMadeByWhoKnowsThePassword) {
    TokenSite site;
    const auto make_with = [&](std::string_view proof) {
        const auto body = fmt::format(R"({{"name":"a","rights":["see_live"]{}}})", proof);
        return site.send(Method::post, "/api/v1/account/tokens", body, site.cookie);
    };
    EXPECT_THAT(body_of(make_with("")), HasSubstr(R"("field":"password")"));
    const auto wrong = make_with(R"(,"password":"guessed")");
    EXPECT_EQ(wrong.status, 403u);
    EXPECT_THAT(body_of(wrong), HasSubstr(R"("field":"password")"));
    EXPECT_EQ(make_with(R"(,"password":"five long words are enough")").status, 201u);
}

TEST(ApiToken, IsForTheCamerasThatItNames) {
    TokenSite site;
    const std::string token = site.make_token(site.cookie, {see_live, change_settings}, "organisation");
    EXPECT_EQ(site.send_with_token(Method::get, "/api/v1/settings", token).status, 200u);
    const auto with = [&](std::string_view rights, std::string_view camera) {
        return site
            .send(
                Method::post, "/api/v1/account/tokens",
                fmt::format(
                    R"({{"name":"a","rights":[{}],"camera_ids":[{}],"password":"five long words are enough"}})",
                    rights, camera),
                site.cookie)
            .status;
    };
    const std::string here = "\"" + site.gateway.camera.id.text() + "\"";
    EXPECT_EQ(with(R"("see_live")", ""), 400u);
    EXPECT_EQ(with(R"("see_live","change_settings")", here), 400u);
    EXPECT_EQ(with(R"("see_live")", here), 201u);
    // An administrator has rights over all that there will be; somebody else learns nothing of others.
    const auto user = site.add_user(site.cookie, "u", {see_live}, "camera");
    const auto elsewhere = site.send(
        Method::post, "/api/v1/account/tokens",
        fmt::format(
            R"({{"name":"a","rights":["see_live"],"camera_ids":["{}"],"password":"five long words are enough"}})",
            CameraId::random().text()),
        user.cookie);
    EXPECT_EQ(elsewhere.status, 400u);
    EXPECT_THAT(body_of(elsewhere), HasSubstr("no such camera"));
}

TEST(ApiToken, OpenChannelsEndWhenItIsRevoked) {
    TokenSite site;
    const auto socket = site.open_with_token(site.make_token(site.cookie, {see_live}));
    socket->from_client.push_back(
        fmt::format(R"({{"type":"live.start","channel":1,"camera_id":"{}","stream":"main"}})",
                    site.gateway.camera.id.text()));
    socket->event.cancel();
    ASSERT_TRUE(site.run_until([&] { return site.gateway.opened.size() == 1; }));
    site.revoke_all();
    ASSERT_TRUE(site.run_until([&] { return socket->ended; }));
    EXPECT_EQ(socket->close_code, 1008);
    EXPECT_TRUE(site.run_until([&] { return site.gateway.closed.size() == 1; }));
}

TEST(ApiToken, OpenChannelsEndWhenItExpiresOrItsAccountLosesTheRight) {
    TokenSite site;
    const auto user = site.add_user(site.cookie, "u", {see_live, play_back});
    const auto socket = site.open_with_token(site.make_token(user.cookie, {see_live}, "organisation", 1));
    const auto start = [&](int channel) {
        socket->from_client.push_back(
            fmt::format(R"({{"type":"live.start","channel":{},"camera_id":"{}","stream":"main"}})", channel,
                        site.gateway.camera.id.text()));
        socket->event.cancel();
    };
    start(1);
    ASSERT_TRUE(site.run_until([&] { return site.gateway.opened.size() == 1; }));
    ASSERT_EQ(site.send(Method::put, "/api/v1/roles/" + user.role_id,
                        R"({"name":"less","rights":["play_back"]})", site.cookie)
                  .status,
              200u);
    ASSERT_TRUE(site.run_until([&] { return site.gateway.closed.size() == 1; }));
    EXPECT_FALSE(socket->ended);
    site.clock.advance(std::chrono::hours(24));
    ASSERT_TRUE(site.run_until([&] { return socket->ended; }));
    EXPECT_EQ(socket->close_code, 1008);
}

TEST(ApiToken, ADownloadEndsWhenItIsRevoked) {
    TokenSite site;
    site.gateway.on_open = [&](const wire::OpenChannel& open) {
        site.gateway.send_init(open.channel);
        site.gateway.send_media(open.channel, 100, true, 3);
    };
    const std::string token = site.make_token(site.cookie, {export_recordings, hear}, "camera");
    auto response = site.send_with_token(Method::get, site.camera + "/recordings/media", token);
    ASSERT_EQ(response.status, 200u) << body_of(response);
    auto& source = std::get<std::unique_ptr<net::BodySource>>(response.body);
    const auto next = [&] {
        std::optional<Result<SharedBytes>> piece;
        boost::asio::co_spawn(site.io, source->next(),
                              [&](std::exception_ptr, Result<SharedBytes> p) { piece = std::move(p); });
        site.run_until([&] { return piece.has_value(); });
        return std::move(*piece);
    };
    ASSERT_TRUE(next().has_value());
    site.revoke_all();
    const auto after = next();
    ASSERT_FALSE(after.has_value());
    EXPECT_EQ(after.error().kind, ErrorKind::forbidden);
}

TEST(ApiToken, OthersRevokeItWhoManageUsers) {
    TokenSite site;
    const auto user = site.add_user(site.cookie, "u", {see_live});
    const std::string token = site.make_token(user.cookie, {see_live});
    const std::string tokens = "/api/v1/users/" + user.id + "/tokens";
    const auto list = json::parse(body_of(site.send(Method::get, tokens, {}, site.cookie)));
    ASSERT_EQ(list.at("tokens").as_array().size(), 1u);
    const std::string one = tokens + "/" + std::string(list.at("tokens").at(0).at("id").as_string());
    EXPECT_EQ(site.send(Method::del, one, {}, user.cookie).status, 403u);
    EXPECT_EQ(site.send_with_token(Method::get, "/api/v1/cameras", token).status, 200u);
    EXPECT_EQ(site.send(Method::del, one, {}, site.cookie).status, 204u);
    EXPECT_EQ(site.send_with_token(Method::get, "/api/v1/cameras", token).status, 401u);
    EXPECT_EQ(site.send(Method::get, "/api/v1/users/" + UserId::random().text() + "/tokens", {}, site.cookie)
                  .status,
              404u);
}

TEST(ApiToken, TheAuditLogSaysWhichAndNeverTheToken) {
    TokenSite site;
    const auto made = json::parse(body_of(site.send(
        Method::post, "/api/v1/account/tokens",
        R"({"name":"Backup","rights":["configure_cameras"],"password":"five long words are enough"})",
        site.cookie)));
    const std::string secret(made.at("secret").as_string());
    const std::string id(made.at("token").at("id").as_string());
    EXPECT_EQ(site.send_with_token(Method::patch, site.camera, secret, R"({"name":"Yard"})").status, 200u);
    EXPECT_EQ(site.send(Method::del, "/api/v1/account/tokens/" + id, {}, site.cookie).status, 204u);
    const std::string text = body_of(site.send(Method::get, "/api/v1/audit", {}, site.cookie));
    EXPECT_THAT(text, Not(HasSubstr(secret)));
    EXPECT_THAT(text, Not(HasSubstr(secret.substr(4, 12))));
    const auto entry = [&](std::string_view operation) {
        const auto log = json::parse(text);
        for (const auto& one : log.at("entries").as_array())
            if (one.at("operation").as_string() == operation) return one;
        return json::value(json::object());
    };
    const auto changed = entry("changeCamera");
    EXPECT_EQ(changed.at("who").at("kind").as_string(), "api_client");
    EXPECT_EQ(changed.at("who").at("name").as_string(), "Ada");
    EXPECT_EQ(changed.at("details").at("api_token").at("id").as_string(), id);
    EXPECT_EQ(changed.at("details").at("api_token").at("name").as_string(), "Backup");
    const auto created = entry("createApiToken");
    EXPECT_EQ(created.at("details").at("asked").at("name").as_string(), "Backup");
    EXPECT_EQ(created.at("result").at("details").at("token_id").as_string(), id);
    const auto revoked = entry("revokeApiToken");
    EXPECT_EQ(revoked.at("details").at("token_id").as_string(), id);
    EXPECT_EQ(revoked.at("details").at("name").as_string(), "Backup");
}

}  // namespace
}  // namespace vedette::hub::api
