// Sign-ins that wait for a second person.

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/json_access.hpp"
#include "hub/api/test_clearance.hpp"

namespace vedette::hub::api {
namespace {

using testing::body_of;
using testing::cookie_of;
using ::testing::HasSubstr;
using testing::TestSite;
using testing::type_of;
namespace json = boost::json;

/// Ada, who may everything; Grace, who may approve; Eve, whose sign-in takes a second person.
struct Door {
    TestSite site;
    std::string ada = site.claim();
    TestSite::NewUser grace = site.add_user(ada, "Grace", {policy::Right::approve_actions});
    TestSite::NewUser eve =
        site.add_user(ada, "Eve", {policy::Right::see_live, policy::Right::approve_actions});

    Door() { EXPECT_EQ(flag(eve, true).status, 200u); }
    net::Response flag(const TestSite::NewUser& user, bool asked) {
        return site.send(net::Method::patch, "/api/v1/users/" + user.id,
                         fmt::format(R"({{"second_person":{}}})", asked), ada);
    }
    net::Response post(std::string path, std::string body, const std::string& cookie = {}) {
        return site.send(net::Method::post, std::move(path), std::move(body), cookie);
    }
    net::Response sign_in(std::string_view name) {
        return post("/api/v1/session",
                    fmt::format(R"({{"username":"{}","password":"{}"}})", name, TestSite::password));
    }
    /// What a sign-in that waits was answered with.
    json::object wait() {
        const auto response = sign_in("eve");
        EXPECT_EQ(response.status, 202u) << body_of(response);
        EXPECT_EQ(cookie_of(response), "");
        return json::parse(body_of(response)).as_object();
    }
    static std::string token_body(const json::object& needed) {
        return json::serialize(json::object{{"waiting", needed.at("waiting")}});
    }
    net::Response state(const json::object& needed) {
        return post("/api/v1/session/second-person/state", token_body(needed));
    }
    std::string state_word(const json::object& needed) {
        const auto response = state(needed);
        if (response.status != 200) return std::to_string(response.status);
        return std::string(json::parse(body_of(response)).at("state").as_string());
    }
    net::Response finish(const json::object& needed) {
        return post("/api/v1/session/second-person", token_body(needed));
    }
    json::array approvals(const std::string& who) {
        const auto response = site.send(net::Method::get, "/api/v1/approvals", {}, who);
        return json::parse(body_of(response)).at("approvals").as_array();
    }
    net::Response answer(const json::value& approval, bool approve, const std::string& who) {
        return post(fmt::format("/api/v1/approvals/{}", std::string_view(approval.at("id").as_string())),
                    fmt::format(R"({{"approve":{},"digest":"{}","reason":"seen"}})", approve,
                                std::string_view(approval.at("digest").as_string())),
                    who);
    }
    std::string audit() { return body_of(site.send(net::Method::get, "/api/v1/audit?limit=500", {}, ada)); }
};

TEST(SignInApproval, BeginsASessionOnceSomebodyHasLetIn) {
    Door door;
    const json::object needed = door.wait();
    EXPECT_EQ(door.state_word(needed), "waiting");
    EXPECT_EQ(door.finish(needed).status, 409u);
    const json::array seen = door.approvals(door.grace.cookie);
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].at("action"), "sign_in");
    EXPECT_EQ(seen[0].at("requester"), "Eve");
    EXPECT_EQ(seen[0].at("digest"), needed.at("digest"));
    EXPECT_TRUE(seen[0].at("details").as_object().contains("address"));
    EXPECT_EQ(door.answer(seen[0], true, door.grace.cookie).status, 204u);
    const auto approved = json::parse(body_of(door.state(needed))).as_object();
    EXPECT_EQ(approved.at("state"), "approved");
    EXPECT_EQ(approved.at("answered_by"), "Grace");
    EXPECT_EQ(approved.at("answer"), "seen");
    const auto entered = door.finish(needed);
    ASSERT_EQ(entered.status, 201u) << body_of(entered);
    const auto session = door.site.send(net::Method::get, "/api/v1/session", {}, cookie_of(entered));
    EXPECT_EQ(json::parse(body_of(session)).at("username"), "Eve");
    // Once.
    EXPECT_EQ(door.finish(needed).status, 401u);
    EXPECT_EQ(door.state_word(needed), "401");
    EXPECT_TRUE(door.approvals(door.grace.cookie).empty());
    const std::string log = door.audit();
    EXPECT_THAT(log, HasSubstr("second_person_asked"));
    EXPECT_THAT(log, HasSubstr(R"("operation":"finishSignIn")"));
    EXPECT_THAT(log, HasSubstr(R"("answered_by":"Grace")"));
}

TEST(SignInApproval, IsRefusedForGood) {
    Door door;
    const json::object needed = door.wait();
    const json::array seen = door.approvals(door.grace.cookie);
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(door.answer(seen[0], false, door.grace.cookie).status, 204u);
    EXPECT_EQ(door.state_word(needed), "refused");
    EXPECT_EQ(door.answer(seen[0], true, door.grace.cookie).status, 409u);
    EXPECT_EQ(door.finish(needed).status, 401u);
}

TEST(SignInApproval, NobodyLetsHimselfInNorWithoutTheRight) {
    Door door;
    door.flag(door.eve, false);
    const std::string open = cookie_of(door.sign_in("eve"));  // holds the right to approve
    door.flag(door.eve, true);
    const auto bob = door.site.add_user(door.ada, "Bob", {policy::Right::see_live});
    const json::object needed = door.wait();
    EXPECT_TRUE(door.approvals(open).empty());
    EXPECT_TRUE(door.approvals(bob.cookie).empty());
    const json::array seen = door.approvals(door.grace.cookie);
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(door.answer(seen[0], true, open).status, 403u);
    EXPECT_EQ(door.answer(seen[0], true, bob.cookie).status, 404u);
    EXPECT_EQ(door.state_word(needed), "waiting");
    // Nor by what another sign-in was shown as.
    json::object other = seen[0].as_object();
    other["digest"] = std::string(64, '0');
    EXPECT_EQ(door.answer(other, true, door.grace.cookie).status, 409u);
    EXPECT_EQ(door.finish(needed).status, 409u);
}

TEST(SignInApproval, IsOverAfterTenMinutes) {
    Door door;
    const json::object needed = door.wait();
    const json::array seen = door.approvals(door.grace.cookie);
    door.site.clock.advance(std::chrono::minutes(10));
    EXPECT_TRUE(door.approvals(door.grace.cookie).empty());
    EXPECT_EQ(door.answer(seen[0], true, door.grace.cookie).status, 404u);
    EXPECT_EQ(door.finish(needed).status, 401u);
    EXPECT_THAT(door.audit(), HasSubstr("clearance_expired"));
}

TEST(SignInApproval, EndsWithTheAccountOrItsPasswordAndCountsOnlyByAnActiveApprover) {
    Door door;
    const json::object needed = door.wait();
    const json::array seen = door.approvals(door.grace.cookie);
    ASSERT_EQ(door.answer(seen[0], true, door.grace.cookie).status, 204u);
    EXPECT_EQ(
        door.site
            .send(net::Method::patch, "/api/v1/users/" + door.grace.id, R"({"suspended":true})", door.ada)
            .status,
        200u);
    EXPECT_EQ(door.finish(needed).status, 409u);
    const json::object second = door.wait();
    ASSERT_EQ(door.answer(door.approvals(door.ada)[0], true, door.ada).status, 204u);
    EXPECT_EQ(door.post("/api/v1/users/" + door.eve.id + "/invitation", "", door.ada).status, 201u);
    EXPECT_EQ(door.finish(second).status, 401u);
}

TEST(SignInApproval, OfARoleAndAfterAnInvitationAndASecondFactor) {
    Door door;
    door.flag(door.eve, false);
    const Bytes app = door.site.add_authenticator(door.eve.cookie);
    identity::AccessRules rules;
    rules.second_person_roles = {*RoleId::parse(door.eve.role_id)};
    const auto put = [&] {
        return door.site.send(net::Method::put, "/api/v1/access-rules", json::serialize(to_json(rules)),
                              door.ada);
    };
    const auto changed = put();
    ASSERT_EQ(changed.status, 200u) << body_of(changed);
    EXPECT_THAT(body_of(changed), HasSubstr(door.eve.role_id));
    const auto factor = door.wait();
    ASSERT_TRUE(factor.contains("token"));  // the own factors come first
    EXPECT_TRUE(door.approvals(door.grace.cookie).empty());
    const auto waits =
        door.post("/api/v1/session/second-factor",
                  fmt::format(R"({{"token":"{}","code":"{}"}})",
                              std::string_view(factor.at("token").as_string()), door.site.code_of(app)));
    ASSERT_EQ(waits.status, 202u) << body_of(waits);
    EXPECT_EQ(door.state_word(json::parse(body_of(waits)).as_object()), "waiting");
    const auto invited = door.post("/api/v1/users/" + door.eve.id + "/invitation", "", door.ada);
    const std::string code(json::parse(body_of(invited)).at("code").as_string());
    const auto accepted = door.post(
        "/api/v1/session/invitation",
        fmt::format(R"({{"username":"eve","code":"{}","password":"{}"}})", code, TestSite::password));
    EXPECT_EQ(accepted.status, 202u) << body_of(accepted);
    EXPECT_TRUE(json::parse(body_of(accepted)).as_object().contains("waiting"));
    rules.second_person_roles = {RoleId::random()};
    const auto unknown = put();
    EXPECT_EQ(unknown.status, 400u);
    EXPECT_EQ(json::parse(body_of(unknown)).at("field"), "second_person_roles");
}

TEST(SignInApproval, SomebodyWhoComesInAloneIsLeft) {
    TestSite site;
    const std::string ada = site.claim();
    const auto grace = site.add_user(ada, "Grace", policy::RightSet::all());
    const auto set = [&](const TestSite::NewUser& user, std::string_view fields, const std::string& who) {
        return site.send(net::Method::patch, "/api/v1/users/" + user.id, std::string(fields), who);
    };
    EXPECT_EQ(set(grace, R"({"second_person":true})", ada).status, 200u);
    const std::string own(json::parse(body_of(site.send(net::Method::get, "/api/v1/session", {}, ada)))
                              .at("user_id")
                              .as_string());
    const TestSite::NewUser first{.id = own, .role_id = {}, .cookie = ada};
    const auto refused = set(first, R"({"second_person":true})", grace.cookie);
    EXPECT_EQ(refused.status, 409u);
    EXPECT_THAT(body_of(refused), HasSubstr("Nobody could let those in"));
    EXPECT_EQ(set(first, R"({"suspended":true})", grace.cookie).status, 409u);
    EXPECT_EQ(set(grace, R"({"second_person":true})", grace.cookie).status, 403u);  // the own account
}

}  // namespace
}  // namespace vedette::hub::api
