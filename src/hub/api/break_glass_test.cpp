// Break-glass accounts and their sealed envelopes.

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/json_access.hpp"
#include "hub/api/test_clearance.hpp"
#include "hub/identity/rules.hpp"

namespace vedette::hub::api {
namespace {

using policy::Action;
using testing::body_of;
using testing::cookie_of;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestSite;
using testing::type_of;
namespace json = boost::json;

struct Glass {
    TestSite site;
    std::string ada = site.claim();
    std::string id;
    std::string code;

    explicit Glass(std::string_view fields = R"({"name":"Emergency"})") {
        const auto made = post("/api/v1/break-glass", std::string(fields), ada);
        EXPECT_EQ(made.status, 201u) << body_of(made);
        const json::value answer = json::parse(body_of(made));
        id = answer.at("user").at("id").as_string();
        code = answer.at("code").as_string();
    }
    net::Response post(std::string path, std::string body, const std::string& cookie = {}) {
        return site.send(net::Method::post, std::move(path), std::move(body), cookie);
    }
    net::Response open_with(std::string_view typed) {
        return post("/api/v1/session/break-glass", fmt::format(R"({{"code":"{}"}})", typed));
    }
    std::string get(std::string path, const std::string& cookie) {
        return body_of(site.send(net::Method::get, std::move(path), {}, cookie));
    }
    json::object account() {
        const json::value list = json::parse(get("/api/v1/break-glass", ada));
        EXPECT_EQ(list.at("accounts").as_array().size(), 1u);
        return list.at("accounts").as_array()[0].as_object();
    }
};

TEST(BreakGlass, OpensWithTheCodeAloneOnce) {
    Glass glass;
    EXPECT_TRUE(glass.account().at("used_90k").is_null());
    EXPECT_EQ(identity::normalise_claim_code(glass.code).size(), 24u) << "5 bits each";
    EXPECT_EQ(glass.open_with("7H3K-Q2ZN-7H3K-Q2ZN-7H3K-Q2ZN").status, 403u);
    const auto opened = glass.open_with(glass.code);
    ASSERT_EQ(opened.status, 201u) << body_of(opened);
    const json::value session = json::parse(body_of(opened));
    EXPECT_EQ(session.at("username"), "Emergency");
    EXPECT_EQ(json::serialize(session.at("roles")), R"(["Security administrator"])");
    EXPECT_FALSE(glass.account().at("used_90k").is_null());
    const auto again = glass.open_with(glass.code);
    EXPECT_EQ(again.status, 403u);
    EXPECT_EQ(json::parse(body_of(again)).at("field"), "code");
    const std::string log = glass.get("/api/v1/audit?limit=500", glass.ada);
    EXPECT_THAT(log, HasSubstr(R"("operation":"breakGlass")"));
    EXPECT_THAT(log, Not(HasSubstr(glass.code)));
    EXPECT_THAT(log, HasSubstr(R"("operation":"addBreakGlass")"));
}

TEST(BreakGlass, ANewEnvelopeReplacesTheOldOneAndEndsTheSessions) {
    Glass glass;
    const std::string cookie = cookie_of(glass.open_with(glass.code));
    EXPECT_EQ(glass.site.send(net::Method::get, "/api/v1/users", {}, cookie).status, 200u);
    const auto sealed = glass.post("/api/v1/users/" + glass.id + "/envelope", "", glass.ada);
    ASSERT_EQ(sealed.status, 201u) << body_of(sealed);
    EXPECT_EQ(glass.site.send(net::Method::get, "/api/v1/users", {}, cookie).status, 401u);
    EXPECT_TRUE(glass.account().at("used_90k").is_null());
    EXPECT_EQ(glass.open_with(glass.code).status, 403u);
    const std::string code(json::parse(body_of(sealed)).at("code").as_string());
    const auto replaced = glass.post("/api/v1/users/" + glass.id + "/envelope", "", glass.ada);
    EXPECT_EQ(glass.open_with(code).status, 403u);  // never opened, and replaced all the same
    EXPECT_EQ(glass.open_with(std::string(json::parse(body_of(replaced)).at("code").as_string())).status,
              201u);
}

TEST(BreakGlass, IsNoOtherAccountAndNoOtherAccountIsOne) {
    Glass glass;
    EXPECT_EQ(glass.post("/api/v1/users/" + glass.id + "/invitation", "", glass.ada).status, 409u);
    const auto grace = glass.site.add_user(glass.ada, "Grace", policy::RightSet::all());
    EXPECT_EQ(glass.post("/api/v1/users/" + grace.id + "/envelope", "", glass.ada).status, 409u);
    EXPECT_EQ(glass
                  .post("/api/v1/session",
                        fmt::format(R"({{"username":"emergency","password":"{}"}})", TestSite::password))
                  .status,
              401u);
    // Nor does an opened one change itself, or leave a way in behind.
    const std::string cookie = cookie_of(glass.open_with(glass.code));
    EXPECT_EQ(glass.post("/api/v1/users/" + glass.id + "/envelope", "", cookie).status, 403u);
    EXPECT_EQ(glass
                  .post("/api/v1/account/authenticator",
                        fmt::format(R"({{"password":"{}"}})", TestSite::password), cookie)
                  .status,
              403u);
    const auto users = json::parse(glass.get("/api/v1/users/" + glass.id, glass.ada)).as_object();
    EXPECT_EQ(users.at("state"), "active");
    EXPECT_TRUE(users.at("envelope").is_object());
}

TEST(BreakGlass, IsNotOpenedWhileSuspendedAndCodesStay) {
    Glass glass;
    const auto set = [&](std::string_view suspended) {
        return glass.site
            .send(net::Method::patch, "/api/v1/users/" + glass.id,
                  fmt::format(R"({{"suspended":{}}})", suspended), glass.ada)
            .status;
    };
    EXPECT_EQ(set("true"), 200u);
    EXPECT_EQ(glass.open_with(glass.code).status, 403u);
    EXPECT_EQ(set("false"), 200u);
    EXPECT_EQ(glass.open_with(glass.code).status, 201u);
}

TEST(BreakGlass, DoesNotCountAsWhoIsLeft) {
    Glass glass(
        R"({"name":"Emergency","assignments":[{"role_id":"00000000-0000-4000-8000-000000000001","scope":"organisation"}]})");
    const auto grace = glass.site.add_user(glass.ada, "Grace", policy::RightSet::all());
    const auto session = json::parse(glass.get("/api/v1/session", glass.ada));
    const std::string first(session.at("user_id").as_string());
    EXPECT_EQ(glass.site.send(net::Method::del, "/api/v1/users/" + first, {}, grace.cookie).status, 204u);
    const std::string cookie = cookie_of(glass.open_with(glass.code));
    const auto last = glass.site.send(net::Method::del, "/api/v1/users/" + grace.id, {}, cookie);
    EXPECT_EQ(last.status, 409u);
    EXPECT_THAT(body_of(last), HasSubstr("Nobody could manage users and roles any more"));
}

TEST(BreakGlass, GivesNoMoreThanWhoMakesItHas) {
    Glass glass;
    const auto guard = glass.site.add_user(glass.ada, "Guard", {policy::Right::manage_users});
    const auto refused = glass.post("/api/v1/break-glass", R"({"name":"Mine"})", guard.cookie);
    EXPECT_EQ(refused.status, 403u);
    EXPECT_EQ(glass.post("/api/v1/users/" + glass.id + "/envelope", "", guard.cookie).status, 403u);
}

TEST(BreakGlass, TheRulesAskItForNothingMoreButASecondPersonForActions) {
    Glass glass;
    const auto grace = glass.site.add_user(glass.ada, "Grace", policy::RightSet::all());
    glass.site.add_user(glass.ada, "Bob", policy::RightSet::all());
    glass.site.add_authenticator(glass.ada);
    identity::AccessRules rules;
    rules.second_factor = identity::SecondFactorRule::everybody;
    rules.safeguards.choose(Action::manage_users, testing::step_up);
    rules.second_person_roles = {*RoleId::parse("00000000-0000-4000-8000-000000000006")};
    glass.site.put_rules(rules);
    const auto opened = glass.open_with(glass.code);
    ASSERT_EQ(opened.status, 201u) << body_of(opened);
    const std::string cookie = cookie_of(opened);
    // The code is the second factor of what is done.
    const auto invited = glass.post("/api/v1/users/" + grace.id + "/invitation", "", cookie);
    EXPECT_EQ(invited.status, 201u) << body_of(invited);
    rules.safeguards.choose(Action::manage_users, testing::both);
    rules.second_factor = identity::SecondFactorRule::nobody;
    glass.site.put_rules(rules);
    const auto refused = glass.post("/api/v1/users/" + grace.id + "/invitation", "", cookie);
    EXPECT_EQ(type_of(refused), "urn:vedette:problem:needs_second_person");
    EXPECT_EQ(json::serialize(json::parse(body_of(refused)).at("clearance").at("missing")),
              R"(["second_person"])");
}

}  // namespace
}  // namespace vedette::hub::api
