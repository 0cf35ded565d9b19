// What an administrator gets to see who looks as somebody else, and by which kinds of client roles count.

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/test_site.hpp"

namespace vedette::hub::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using enum policy::Right;

class ViewAsTest : public ::testing::Test {
  protected:
    ViewAsTest() {
        site.gateway.camera.main_url = "rtsp://secret.example/1";
        site.gateway.camera.username = "root";
        site.gateway.send(wire::CameraChanged{.status = site.gateway.camera});
    }
    boost::json::object view(const std::string& of, const std::string& cookie, std::string query = "") {
        const net::Response response =
            site.send(net::Method::get, "/api/v1/users/" + of + "/view" + query, {}, cookie);
        EXPECT_EQ(response.status, 200u) << testing::body_of(response);
        auto json = boost::json::parse(testing::body_of(response));
        return json.as_object();
    }
    static std::string text(const boost::json::value& value) { return boost::json::serialize(value); }
    std::string audit() {
        return testing::body_of(site.send(net::Method::get, "/api/v1/audit?limit=20", {}, administrator));
    }

    testing::TestSite site;
    std::string administrator = site.claim();
};

TEST_F(ViewAsTest, IsWhatTheUserHoldsAndNoMoreThanWhoAsksMayKnow) {
    const auto installer = site.add_user(administrator, "installer", {see_live, configure_cameras}, "camera");
    const auto manager = site.add_user(administrator, "manager", {manage_users});
    const auto viewer = site.add_user(administrator, "viewer", {manage_users, see_live});

    // Who may know all sees all that the user would.
    auto seen = view(installer.id, administrator);
    const auto& session = seen.at("session").as_object();
    EXPECT_EQ(session.at("username"), "installer");
    EXPECT_EQ(text(session.at("rights")), "[]");
    EXPECT_EQ(text(seen.at("cameras").at(0).at("rights")), R"(["see_live","configure_cameras"])");
    EXPECT_THAT(text(seen.at("cameras")), HasSubstr("secret.example"));
    EXPECT_EQ(text(seen.at("names_only")), "[]");

    // Who may not configure it sees no address, although the user would.
    seen = view(installer.id, viewer.cookie);
    EXPECT_EQ(text(seen.at("cameras").at(0).at("rights")), R"(["see_live","configure_cameras"])");
    EXPECT_THAT(text(seen.at("cameras")), Not(HasSubstr("secret.example")));
    EXPECT_THAT(text(seen.at("cameras")), Not(HasSubstr("root")));

    // Who may not know it gets the name.
    seen = view(installer.id, manager.cookie);
    EXPECT_EQ(seen.at("cameras").as_array().size(), 1u);
    EXPECT_EQ(seen.at("cameras").at(0).at("name").as_string(), site.gateway.camera.name);
    EXPECT_EQ(text(seen.at("cameras").at(0).at("rights")), R"(["see_live","configure_cameras"])");
    EXPECT_EQ(text(seen.at("cameras").at(0).at("streams")), "[]");
    EXPECT_THAT(text(seen.at("cameras")), Not(HasSubstr("secret.example")));
    EXPECT_EQ(text(seen.at("names_only")), "[\"" + site.gateway.camera.id.text() + "\"]");

    // It opened nothing: whoever looked has the rights that he had.
    const auto own = site.send(net::Method::get, "/api/v1/cameras", {}, manager.cookie);
    EXPECT_THAT(testing::body_of(own), HasSubstr(R"("cameras":[])"));
    EXPECT_TRUE(site.gateway.opened.empty());

    EXPECT_EQ(text(view(manager.id, administrator).at("cameras")), "[]");
    EXPECT_EQ(text(view(manager.id, administrator).at("session").at("rights")), R"(["manage_users"])");
}

TEST_F(ViewAsTest, IsAnEntryWithTheUsersName) {
    const auto viewer = site.add_user(administrator, "vera", {see_live});
    view(viewer.id, administrator);
    EXPECT_THAT(audit(), ::testing::AllOf(HasSubstr(R"("action":"view_as_user")"), HasSubstr("vera")));
    const auto refused =
        site.send(net::Method::get, "/api/v1/users/" + viewer.id + "/view", {}, viewer.cookie);
    EXPECT_EQ(refused.status, 403u);
}

TEST_F(ViewAsTest, OfNobodyThereIsNone) {
    const auto viewer = site.add_user(administrator, "vera", {see_live});
    const auto status = [&](const std::string& id, std::string query = "") {
        return site.send(net::Method::get, "/api/v1/users/" + id + "/view" + query, {}, administrator).status;
    };
    EXPECT_EQ(status(UserId::random().text()), 404u);
    EXPECT_EQ(status(viewer.id, "?client_kind=fax"), 400u);
    EXPECT_EQ(status(viewer.id, "?at=noon"), 400u);
    EXPECT_EQ(
        site.send(net::Method::patch, "/api/v1/users/" + viewer.id, R"({"suspended":true})", administrator)
            .status,
        200u);
    EXPECT_EQ(status(viewer.id), 409u);
}

TEST_F(ViewAsTest, RolesCountByTheirKindsOfClient) {
    const auto by_browser =
        site.add_user(administrator, "screen", {see_live}, "organisation", R"(,"client_kinds":["web"])");
    const auto by_bridge = site.add_user(administrator, "bridge", {see_live, see_events}, "organisation",
                                         R"(,"client_kinds":["bridge","mobile"])");
    const std::string cameras = "/api/v1/cameras";
    const std::string id = site.gateway.camera.id.text();
    const auto by_session = [&](const std::string& cookie) {
        return testing::body_of(site.send(net::Method::get, cameras, {}, cookie));
    };
    const auto token_of = [&](const std::string& cookie, std::string_view kind) {
        const auto made = site.send(
            net::Method::post, "/api/v1/account/tokens",
            fmt::format(R"({{"name":"{}","rights":["see_live"],"client_kind":"{}","password":"{}"}})",
                        UserId::random().text(), kind, testing::TestSite::password),
            cookie);
        EXPECT_EQ(made.status, 201u) << testing::body_of(made);
        site.clock.advance(std::chrono::seconds(4));
        return std::string(boost::json::parse(testing::body_of(made)).at("secret").as_string());
    };
    const auto by_token = [&](const std::string& token) {
        return testing::body_of(site.send_with_token(net::Method::get, cameras, token));
    };
    EXPECT_THAT(by_session(by_browser.cookie), HasSubstr(id));
    EXPECT_THAT(by_token(token_of(by_browser.cookie, "api")), Not(HasSubstr(id)));
    EXPECT_THAT(by_token(token_of(by_browser.cookie, "bridge")), Not(HasSubstr(id)));
    EXPECT_THAT(by_session(by_bridge.cookie), Not(HasSubstr(id)));
    EXPECT_THAT(by_token(token_of(by_bridge.cookie, "api")), Not(HasSubstr(id)));
    const std::string bridge = token_of(by_bridge.cookie, "bridge");
    EXPECT_THAT(by_token(bridge), HasSubstr(id));
    EXPECT_THAT(by_token(token_of(by_bridge.cookie, "mobile")), HasSubstr(id));
    // A denial says by what it would be, where the user may know of the camera.
    const std::string events = cameras + "/" + id + "/events?start_90k=100&end_90k=200";
    EXPECT_THAT(testing::body_of(site.send(net::Method::get, events, {}, by_bridge.cookie)),
                HasSubstr("wrong_client_kind"));
    // So does the question why, which is about a browser unless it says something else.
    const std::string why = "/api/v1/users/" + by_bridge.id + "/decision?action=view_events&camera_id=" + id;
    const auto explained = [&](const std::string& query) {
        return testing::body_of(site.send(net::Method::get, why + query, {}, administrator));
    };
    EXPECT_THAT(explained(""), HasSubstr(R"("reason":"wrong_client_kind")"));
    EXPECT_THAT(explained("&client_kind=bridge"), HasSubstr(R"("allowed":true)"));
    EXPECT_THAT(explained("&client_kind=fax"), HasSubstr(R"("field":"client_kind")"));
    EXPECT_EQ(text(view(by_bridge.id, administrator).at("cameras")), "[]");
    EXPECT_THAT(text(view(by_bridge.id, administrator, "?client_kind=mobile").at("cameras")), HasSubstr(id));
    // A browser takes no token.
    const auto refused =
        site.send(net::Method::post, "/api/v1/account/tokens",
                  fmt::format(R"({{"name":"t","rights":["see_live"],"client_kind":"web","password":"{}"}})",
                              testing::TestSite::password),
                  by_browser.cookie);
    EXPECT_THAT(testing::body_of(refused), HasSubstr(R"("field":"client_kind")"));
}

TEST_F(ViewAsTest, WhoMayNotHearIsToldSo) {
    const auto deaf = site.add_user(administrator, "deaf", {see_live});
    const std::string why =
        "/api/v1/users/" + deaf.id + "/decision?action=watch_live&camera_id=" + site.gateway.camera.id.text();
    EXPECT_THAT(testing::body_of(site.send(net::Method::get, why, {}, administrator)),
                HasSubstr(R"("allowed":true,"reason":"role_permits","no_sound":true)"));
}

}  // namespace
}  // namespace vedette::hub::api
