// Actions that take a second factor or a second person: the way from a refusal to the action.

#include <set>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/json_access.hpp"
#include "hub/api/test_clearance.hpp"

namespace vedette::hub::api {
namespace {

using policy::Action;
using testing::body_of;
using testing::both;
using ::testing::HasSubstr;
using testing::rules_with;
using testing::second_person;
using testing::step_up;
using testing::TestSite;
using testing::type_of;
namespace json = boost::json;

/// An administrator with an authenticator app, and a second one.
struct House {
    TestSite site;
    std::string ada = site.claim();
    TestSite::NewUser grace = site.add_user(ada, "Grace", policy::RightSet::all());
    Bytes app = site.add_authenticator(ada);
    std::string camera = "/api/v1/cameras/" + site.gateway.camera.id.text();

    net::Response send(net::Method method, std::string path, std::string body, const std::string& cookie,
                       const std::string& clearance = {}) {
        net::Request request;
        request.method = method;
        request.path = std::move(path);
        request.peer_address = "198.51.100.7";
        request.headers = {{"Host", "vedette.example:8443"},
                           {"Sec-Fetch-Site", "same-origin"},
                           {"Cookie", "__Host-vedette=" + cookie}};
        if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
        if (!clearance.empty()) request.headers.push_back({"Vedette-Clearance", clearance});
        request.body = std::move(body);
        return site.send(std::move(request));
    }
    /// Ada's wish that is refused; what its problem says of the clearance.
    json::object refused(net::Method method, std::string path, std::string body = {}) {
        const net::Response response = send(method, std::move(path), std::move(body), ada);
        EXPECT_EQ(response.status, 403u) << body_of(response);
        const json::value problem = json::parse(body_of(response));
        const auto* clearance = problem.as_object().if_contains("clearance");
        return clearance ? clearance->as_object() : json::object();
    }
    static std::string id_of(const json::object& clearance) {
        return std::string(clearance.at("id").as_string());
    }
    net::Response give_code(const std::string& id, std::string code) {
        return send(net::Method::post, "/api/v1/clearances/" + id + "/second-factor",
                    fmt::format(R"({{"code":"{}"}})", code), ada);
    }
    net::Response ask(const std::string& id) {
        return send(net::Method::post, "/api/v1/clearances/" + id + "/second-person",
                    R"({"reason":"case 12/26"})", ada);
    }
    net::Response answer(const json::object& clearance, const std::string& who, bool approve = true) {
        return send(net::Method::post, "/api/v1/approvals/" + id_of(clearance),
                    fmt::format(R"({{"approve":{},"digest":"{}","reason":"seen"}})", approve,
                                std::string_view(clearance.at("digest").as_string())),
                    who);
    }
    json::array approvals(const std::string& who) {
        const auto response = send(net::Method::get, "/api/v1/approvals", {}, who);
        EXPECT_EQ(response.status, 200u);
        return json::parse(body_of(response)).at("approvals").as_array();
    }
    /// What the audit log says, as one text, the newest first.
    std::string audit() { return body_of(site.send(net::Method::get, "/api/v1/audit?limit=500", {}, ada)); }
};

// ---- from the refusal to the action

TEST(ClearanceTest, ASecondFactorForIt) {
    House house;
    house.site.put_rules(rules_with(Action::remove_camera, step_up));
    const auto clearance = house.refused(net::Method::del, house.camera);
    EXPECT_EQ(json::serialize(clearance.at("missing")), R"(["step_up"])");
    const std::string id = House::id_of(clearance);
    EXPECT_EQ(house.send(net::Method::del, house.camera, {}, house.ada, id).status, 403u);
    const auto wrong = house.give_code(id, "000000");
    EXPECT_EQ(wrong.status, 403u);
    EXPECT_EQ(json::parse(body_of(wrong)).at("field"), "code");
    house.site.clock.advance(std::chrono::seconds(90));  // a wrong one slows down
    const auto given = house.give_code(id, house.site.code_of(house.app));
    EXPECT_EQ(given.status, 200u) << body_of(given);
    EXPECT_TRUE(json::parse(body_of(given)).at("missing").as_array().empty());
    EXPECT_EQ(house.send(net::Method::del, house.camera, {}, house.ada, id).status, 204u);
    EXPECT_EQ(house.send(net::Method::get, "/api/v1/clearances/" + id, {}, house.ada).status, 404u);
}

TEST(ClearanceTest, IsForExactlyTheRequestThatWasRefused) {
    House house;
    house.site.put_rules(rules_with(Action::place_hold, step_up));
    const std::string holds = house.camera + "/holds";
    const std::string body = R"({"start_90k":100,"end_90k":200,"reason":"a"})";
    const std::string id = House::id_of(house.refused(net::Method::post, holds, body));
    ASSERT_EQ(house.give_code(id, house.site.code_of(house.app)).status, 200u);
    const std::string longer = R"({"start_90k":100,"end_90k":201,"reason":"a"})";
    EXPECT_EQ(house.send(net::Method::post, holds, longer, house.ada, id).status, 403u);
    // Nor by another person, nor in another session of the same.
    EXPECT_EQ(house.send(net::Method::post, holds, body, house.grace.cookie, id).status, 403u);
    EXPECT_EQ(house.send(net::Method::get, "/api/v1/clearances/" + id, {}, house.grace.cookie).status, 404u);
    EXPECT_EQ(house.send(net::Method::post, holds, body, house.ada, id).status, 201u);
    EXPECT_EQ(house.send(net::Method::post, holds, body, house.ada, id).status, 403u);
}

TEST(ClearanceTest, IsGoodStillWhenSomethingStoodAgainstIt) {
    House house;
    house.site.put_rules(rules_with(Action::manage_roles, step_up));
    const std::string role =
        R"({"name":"Night","rights":["see_live"],"max_age_days":null,"schedule":null,"networks":null})";
    const auto cleared = [&] {
        const std::string id = House::id_of(house.refused(net::Method::post, "/api/v1/roles", role));
        EXPECT_EQ(house.give_code(id, house.site.code_of(house.app)).status, 200u);
        return id;
    };
    const auto add = [&](const std::string& id) {
        return house.send(net::Method::post, "/api/v1/roles", role, house.ada, id);
    };
    const auto first = add(cleared());
    ASSERT_EQ(first.status, 201u) << body_of(first);
    const std::string id = cleared();
    EXPECT_EQ(add(id).status, 409u);  // there is one of that name
    EXPECT_EQ(add(id).status, 409u);
    const auto made = json::parse(body_of(first)).at("id");
    const std::string path = "/api/v1/roles/" + std::string(made.as_string());
    const std::string removing = House::id_of(house.refused(net::Method::del, path));
    ASSERT_EQ(house.give_code(removing, house.site.code_of(house.app)).status, 200u);
    ASSERT_EQ(house.send(net::Method::del, path, {}, house.ada, removing).status, 204u);
    EXPECT_EQ(add(id).status, 201u);
    EXPECT_EQ(add(id).status, 403u);  // used
}

TEST(ClearanceTest, ADevicesCareTakesThemAndLookingDoesNot) {
    House house;
    house.site.put_rules(rules_with(Action::maintain_camera, step_up));
    EXPECT_NE(house.send(net::Method::get, house.camera + "/device", {}, house.ada).status, 403u);
    const std::string id = House::id_of(house.refused(net::Method::post, house.camera + "/device/reboot"));
    ASSERT_EQ(house.give_code(id, house.site.code_of(house.app)).status, 200u);
    EXPECT_NE(house.send(net::Method::post, house.camera + "/device/reboot", {}, house.ada, id).status, 403u);
    // A piece of a file takes none, but comes from whoever has begun it.
    net::Request piece;
    piece.method = net::Method::put;
    piece.path = house.camera + "/device/firmware";
    piece.query = {{"offset", "0"}};
    piece.body = "firmware";
    piece.peer_address = "198.51.100.7";
    piece.headers = {{"Host", "vedette.example:8443"},
                     {"Sec-Fetch-Site", "same-origin"},
                     {"Content-Type", "application/octet-stream"},
                     {"Cookie", "__Host-vedette=" + house.ada}};
    const std::size_t requests = house.site.gateway.requests;
    EXPECT_EQ(house.site.send(piece).status, 409u);
    EXPECT_EQ(house.site.gateway.requests, requests);
}

TEST(ClearanceTest, TheWebSocketTellsOfThem) {
    House house;
    house.site.put_rules(rules_with(Action::remove_camera, second_person));
    const auto ada = house.site.open_websocket(house.ada);
    const auto grace = house.site.open_websocket(house.grace.cookie);
    const auto told = [](const auto& socket, std::string_view type) {
        std::size_t count = 0;
        for (const std::string& text : socket->text)
            if (text.find(type) != std::string::npos) ++count;
        return count;
    };
    const auto clearance = house.refused(net::Method::del, house.camera);
    ASSERT_TRUE(house.site.run_until([&] { return told(ada, "clearances.changed") == 1; }));
    EXPECT_EQ(told(grace, "approvals.changed"), 0u);  // nobody was asked
    ASSERT_EQ(house.ask(House::id_of(clearance)).status, 200u);
    ASSERT_TRUE(house.site.run_until([&] { return told(grace, "approvals.changed") == 1; }));
    ASSERT_TRUE(house.site.run_until([&] { return told(ada, "clearances.changed") == 2; }));
    EXPECT_EQ(told(ada, "approvals.changed"), 0u);  // her own
    ASSERT_EQ(house.answer(clearance, house.grace.cookie).status, 204u);
    ASSERT_TRUE(house.site.run_until(
        [&] { return told(grace, "approvals.changed") == 2 && told(ada, "clearances.changed") == 3; }));
}

TEST(ClearanceTest, EndsAfterAQuarterOfAnHour) {
    House house;
    house.site.put_rules(rules_with(Action::remove_camera, second_person));
    const auto clearance = house.refused(net::Method::del, house.camera);
    ASSERT_EQ(house.ask(House::id_of(clearance)).status, 200u);
    ASSERT_EQ(house.answer(clearance, house.grace.cookie).status, 204u);
    house.site.clock.advance(clearance_lifetime);
    EXPECT_EQ(house.send(net::Method::del, house.camera, {}, house.ada, House::id_of(clearance)).status,
              403u);
    EXPECT_THAT(house.audit(), HasSubstr("clearance_expired"));
}

TEST(ClearanceTest, ASecondPersonSeesWhatItIsAndDecides) {
    House house;
    house.site.put_rules(rules_with(Action::place_hold, both));
    const std::string holds = house.camera + "/holds";
    const std::string body = R"({"start_90k":100,"end_90k":200,"reason":"theft"})";
    const auto clearance = house.refused(net::Method::post, holds, body);
    const std::string id = House::id_of(clearance);
    EXPECT_TRUE(house.approvals(house.grace.cookie).empty());  // nobody was asked yet
    EXPECT_EQ(house.answer(clearance, house.grace.cookie).status, 404u);
    ASSERT_EQ(house.give_code(id, house.site.code_of(house.app)).status, 200u);
    ASSERT_EQ(house.ask(id).status, 200u);
    EXPECT_EQ(house.ask(id).status, 409u);
    EXPECT_TRUE(house.approvals(house.ada).empty());  // not her own
    const auto seen = house.approvals(house.grace.cookie);
    ASSERT_EQ(seen.size(), 1u);
    const json::object& approval = seen[0].as_object();
    EXPECT_EQ(approval.at("requester"), "Ada");
    EXPECT_EQ(approval.at("action"), "place_hold");
    EXPECT_EQ(approval.at("camera_name"), "Gate \"A\"");
    EXPECT_EQ(approval.at("reason"), "case 12/26");
    EXPECT_EQ(approval.at("second_factor"), true);
    EXPECT_EQ(approval.at("digest"), clearance.at("digest"));
    EXPECT_EQ(approval.at("details").at("asked").at("reason"), "theft");
    json::object other = clearance;
    other["digest"] = std::string(64, '0');
    EXPECT_EQ(house.answer(other, house.grace.cookie).status, 409u);
    EXPECT_EQ(house.answer(clearance, house.ada).status, 403u);  // one's own
    ASSERT_EQ(house.answer(clearance, house.grace.cookie).status, 204u);
    EXPECT_EQ(house.answer(clearance, house.grace.cookie).status, 409u);
    const auto now =
        json::parse(body_of(house.send(net::Method::get, "/api/v1/clearances/" + id, {}, house.ada)));
    EXPECT_EQ(now.at("state"), "approved");
    EXPECT_EQ(now.at("answered_by"), "Grace");
    EXPECT_EQ(house.send(net::Method::post, holds, body, house.ada, id).status, 201u);
}

TEST(ClearanceTest, WhatWasRefusedStaysRefused) {
    House house;
    house.site.put_rules(rules_with(Action::remove_camera, second_person));
    const auto clearance = house.refused(net::Method::del, house.camera);
    const std::string id = House::id_of(clearance);
    ASSERT_EQ(house.ask(id).status, 200u);
    ASSERT_EQ(house.answer(clearance, house.grace.cookie, false).status, 204u);
    EXPECT_EQ(house.answer(clearance, house.grace.cookie).status, 409u);
    EXPECT_EQ(house.ask(id).status, 409u);
    EXPECT_EQ(house.send(net::Method::del, house.camera, {}, house.ada, id).status, 403u);
    const auto now =
        json::parse(body_of(house.send(net::Method::get, "/api/v1/clearances/" + id, {}, house.ada)));
    EXPECT_EQ(now.at("state"), "refused");
    EXPECT_EQ(now.at("answer"), "seen");
}

TEST(ClearanceTest, IsSeenAndAnsweredByWhoMayApproveOverThatCameraAlone) {
    House house;
    const auto here = house.site.add_user(house.ada, "Here", {policy::Right::approve_actions}, "camera");
    const auto elsewhere = house.site.add_user(
        house.ada, "Elsewhere", policy::RightSet::all() - policy::RightSet{policy::Right::approve_actions});
    house.site.put_rules(rules_with(Action::change_camera, second_person));
    const auto clearance = house.refused(net::Method::patch, house.camera,
                                         R"({"name":"Yard","main_url":"rtsp://192.0.2.9/secret"})");
    ASSERT_EQ(house.ask(House::id_of(clearance)).status, 200u);
    EXPECT_TRUE(house.approvals(elsewhere.cookie).empty());
    EXPECT_EQ(house.answer(clearance, elsewhere.cookie).status, 404u);
    const auto seen = house.approvals(here.cookie);
    ASSERT_EQ(seen.size(), 1u);
    const std::string text = json::serialize(seen);
    EXPECT_THAT(text, HasSubstr("Yard"));
    EXPECT_THAT(text, ::testing::Not(HasSubstr("192.0.2.9")));  // that is for those who configure it
    EXPECT_THAT(json::serialize(house.approvals(house.grace.cookie)), HasSubstr("192.0.2.9"));
    EXPECT_EQ(house.answer(clearance, here.cookie).status, 204u);
    // An approver who has gone meanwhile counts no more.
    house.site.put_rules({});
    EXPECT_EQ(
        house.site.send(net::Method::patch, "/api/v1/users/" + here.id, R"({"suspended":true})", house.ada)
            .status,
        200u);
    house.site.put_rules(rules_with(Action::change_camera, second_person));
    EXPECT_EQ(
        house
            .send(net::Method::patch, house.camera, R"({"name":"Yard","main_url":"rtsp://192.0.2.9/secret"})",
                  house.ada, House::id_of(clearance))
            .status,
        403u);
}

TEST(ClearanceTest, WhoeverApprovesReadsNamesOfWhatIsGiven) {
    House house;
    house.site.put_rules(rules_with(Action::manage_users, second_person));
    const auto clearance = house.refused(
        net::Method::post, "/api/v1/users",
        fmt::format(
            R"({{"name":"Alan","assignments":[{{"role_id":"{}","scope":"organisation"}},{{"role_id":"{}","scope":"camera","scope_id":"{}"}}]}})",
            identity::ready_roles()[0].id.text(), identity::ready_roles()[1].id.text(),
            house.site.gateway.camera.id.text()));
    ASSERT_EQ(house.ask(House::id_of(clearance)).status, 200u);
    const auto seen = house.approvals(house.grace.cookie);
    ASSERT_EQ(seen.size(), 1u);
    const json::value& asked = seen[0].at("details").at("asked");
    EXPECT_EQ(asked.at("name"), "Alan");
    EXPECT_EQ(asked.at("assignments").at(0).at("role"), "Administrator");
    EXPECT_EQ(asked.at("assignments").at(1).at("role"), "Viewer");
    EXPECT_EQ(asked.at("assignments").at(1).at("over"), "Gate \"A\"");
}

TEST(ClearanceTest, NoTokenApproves) {
    House house;
    house.site.put_rules(rules_with(Action::remove_camera, second_person));
    const std::string token = house.site.make_token(house.grace.cookie, policy::RightSet::all());
    const auto clearance = house.refused(net::Method::del, house.camera);
    ASSERT_EQ(house.ask(House::id_of(clearance)).status, 200u);
    const auto answered =
        house.site.send_with_token(net::Method::post, "/api/v1/approvals/" + House::id_of(clearance), token,
                                   fmt::format(R"({{"approve":true,"digest":"{}"}})",
                                               std::string_view(clearance.at("digest").as_string())));
    EXPECT_EQ(answered.status, 403u);
    EXPECT_EQ(type_of(answered), "urn:vedette:problem:not_for_tokens");
}

TEST(ClearanceTest, ADownloadTakesItFromItsAddress) {
    House house;
    house.site.gateway.on_open = [&](const wire::OpenChannel& open) {
        house.site.gateway.send_init(open.channel);
        house.site.gateway.send_media(open.channel, 100, true, 10);
        house.site.gateway.send(wire::ChannelEnd{.channel = open.channel, .error = {}});
    };
    house.site.put_rules(rules_with(Action::export_recording, step_up));
    const std::string path = house.camera + "/recordings/media?start_90k=100&end_90k=200";
    const auto first = house.site.send(net::Method::get, path, {}, house.ada);
    const auto clearance = json::parse(body_of(first)).at("clearance").as_object();
    const std::string id = House::id_of(clearance);
    ASSERT_EQ(house.give_code(id, house.site.code_of(house.app)).status, 200u);
    const auto longer = house.camera + "/recordings/media?start_90k=100&end_90k=201&clearance=" + id;
    EXPECT_EQ(house.site.send(net::Method::get, longer, {}, house.ada).status, 403u);
    EXPECT_EQ(house.site.send(net::Method::get, path + "&clearance=" + id, {}, house.ada).status, 200u);
    EXPECT_EQ(house.site.send(net::Method::get, path + "&clearance=" + id, {}, house.ada).status, 403u);
}

// ---- the rules themselves

std::string rules_json(identity::AccessRules rules) {
    return json::serialize(to_json(rules));
}

TEST(ClearanceTest, LoweringARuleTakesWhatTheRuleTakes) {
    House house;
    const auto rules = rules_with(Action::remove_camera, both);
    ASSERT_EQ(house.send(net::Method::put, "/api/v1/access-rules", rules_json(rules), house.ada).status,
              200u);
    const auto clearance = house.refused(net::Method::put, "/api/v1/access-rules", rules_json({}));
    EXPECT_EQ(json::serialize(clearance.at("missing")), R"(["step_up","second_person"])");
    EXPECT_EQ(clearance.at("action"), "change_access_rules");
    // Nor can the second person be made meanwhile.
    EXPECT_EQ(house.refused(net::Method::post, "/api/v1/users", R"({"name":"Puppet"})").at("action"),
              "manage_users");
    EXPECT_EQ(
        house.refused(net::Method::post, "/api/v1/users/" + house.grace.id + "/invitation").at("action"),
        "manage_users");
    // To take away what somebody has open takes no more than before.
    EXPECT_EQ(
        house.send(net::Method::del, "/api/v1/users/" + house.grace.id + "/sessions", {}, house.ada).status,
        204u);
}

TEST(ClearanceTest, NobodyIsLockedOutByARule) {
    TestSite site;
    const std::string ada = site.claim();
    const auto put = [&](identity::AccessRules rules) {
        return site.send(net::Method::put, "/api/v1/access-rules", rules_json(std::move(rules)), ada);
    };
    const auto no_factor = put(rules_with(Action::lift_hold, step_up));
    EXPECT_EQ(no_factor.status, 409u);
    EXPECT_THAT(body_of(no_factor), HasSubstr("Set up a second factor for yourself first"));
    EXPECT_EQ(put(rules_with(Action::lift_hold, second_person)).status, 409u);
    site.add_user(ada, "Here", {policy::Right::approve_actions}, "camera");
    EXPECT_EQ(put(rules_with(Action::lift_hold, second_person)).status, 409u);
    site.add_user(ada, "Everywhere", {policy::Right::approve_actions});
    EXPECT_EQ(put(rules_with(Action::lift_hold, second_person)).status, 200u);
}

TEST(ClearanceTest, RulesNameActionsOfTheListOnce) {
    TestSite site;
    const std::string ada = site.claim();
    for (const char* safeguards :
         {R"([{"action":"watch_live","step_up":true}])", R"([{"action":"nothing"}])",
          R"([{"action":"lift_hold","step_up":true},{"action":"lift_hold","second_person":true}])", "{}"}) {
        json::object rules = to_json(identity::AccessRules());
        rules["safeguards"] = json::parse(safeguards);
        EXPECT_EQ(site.send(net::Method::put, "/api/v1/access-rules", json::serialize(rules), ada).status,
                  400u)
            << safeguards;
    }
    json::object rules = to_json(identity::AccessRules());
    rules.erase("safeguards");
    EXPECT_EQ(site.send(net::Method::put, "/api/v1/access-rules", json::serialize(rules), ada).status, 400u);
}

TEST(ClearanceTest, WithoutASecondFactorThereIsNoneToGive) {
    House house;
    house.site.put_rules(rules_with(Action::remove_camera, step_up));
    const auto response = house.send(net::Method::del, house.camera, {}, house.grace.cookie);
    const std::string id = House::id_of(json::parse(body_of(response)).at("clearance").as_object());
    const auto given = house.send(net::Method::post, "/api/v1/clearances/" + id + "/second-factor",
                                  R"({"code":"000000"})", house.grace.cookie);
    EXPECT_EQ(given.status, 409u);
    EXPECT_THAT(body_of(given), HasSubstr("Your account has no authenticator app and no passkey yet"));
}

TEST(ClearanceTest, TheAuditLogHasEachStepWithTheDigest) {
    House house;
    house.site.put_rules(rules_with(Action::remove_camera, both));
    const auto clearance = house.refused(net::Method::del, house.camera);
    const std::string id = House::id_of(clearance);
    ASSERT_EQ(house.give_code(id, house.site.code_of(house.app)).status, 200u);
    ASSERT_EQ(house.ask(id).status, 200u);
    ASSERT_EQ(house.answer(clearance, house.grace.cookie).status, 204u);
    ASSERT_EQ(house.send(net::Method::del, house.camera, {}, house.ada, id).status, 204u);
    const std::string digest(clearance.at("digest").as_string());
    std::set<std::string> operations;
    for (const json::value& entry : json::parse(house.audit()).at("entries").as_array())
        if (json::serialize(entry).find(digest) != std::string::npos)
            operations.insert(fmt::format("{} {}", std::string_view(entry.at("operation").as_string()),
                                          entry.at("allowed").as_bool()));
    EXPECT_EQ(operations,
              (std::set<std::string>{"removeCamera false", "giveStepUp true", "askForApproval true",
                                     "giveApproval true", "removeCamera true"}));
}

TEST(ClearanceTest, ThereAreOnlySoManyOfEachUser) {
    House house;
    house.site.put_rules(rules_with(Action::remove_camera, second_person));
    const auto asked = house.refused(net::Method::del, house.camera);
    ASSERT_EQ(house.ask(House::id_of(asked)).status, 200u);
    const auto first = house.refused(net::Method::del, house.camera);
    for (std::size_t i = 0; i < ClearanceLimits().each_user; ++i) {
        house.site.clock.advance(std::chrono::seconds(1));
        house.refused(net::Method::del, house.camera);
    }
    EXPECT_EQ(house.site.services->clearances.size(), ClearanceLimits().each_user);
    const auto there = [&](const json::object& one) {
        return house.send(net::Method::get, "/api/v1/clearances/" + House::id_of(one), {}, house.ada).status;
    };
    EXPECT_EQ(there(first), 404u);
    EXPECT_EQ(there(asked), 200u);  // rather those for which nobody was asked
}

}  // namespace
}  // namespace vedette::hub::api
