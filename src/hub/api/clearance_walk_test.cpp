// Every route and every message when actions take a second factor or a second person.

#include <set>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "hub/api/test_clearance.hpp"

namespace vedette::hub::api {
namespace {

using policy::Action;
using policy::Assurance;
using testing::body_of;
using testing::both;
using testing::rules_for_all;
using testing::second_person;
using testing::step_up;
using testing::type_of;
using testing::Walk;
using testing::Who;
namespace json = boost::json;

struct Kind {
    const char* name;
    Assurance chosen;
    std::string_view problem;
};
const Kind kinds[] = {{"step-up", step_up, "needs_step_up"},
                      {"second person", second_person, "needs_second_person"},
                      {"both", both, "needs_step_up"}};

TEST(ClearanceWalk, EveryRouteThatTakesMoreIsRefusedWithoutItAndTheOthersAreAsBefore) {
    for (const Kind& kind : kinds) {
        Walk walk;
        walk.site.add_user(walk.cookie, "Grace", policy::RightSet::all());
        walk.site.put_rules(rules_for_all(kind.chosen));
        for (const Route& route : routes()) {
            if (route.action() == Action::sign_out) continue;
            SCOPED_TRACE(fmt::format("{} without {}", route.operation_id(), kind.name));
            const std::size_t requests = walk.site.gateway.requests;
            const std::size_t opened = walk.site.gateway.opened.size();
            const auto response = walk.site.send(walk.request(route, Who::administrator));
            const auto by_token = walk.site.send(walk.request(route, Who::api_token));
            if (!policy::can_be_safeguarded(route.action())) {
                EXPECT_NE(response.status, 403u);
                continue;
            }
            EXPECT_EQ(response.status, 403u);
            EXPECT_EQ(type_of(response), fmt::format("urn:vedette:problem:{}", kind.problem));
            EXPECT_EQ(by_token.status, 403u);
            EXPECT_EQ(type_of(by_token), "urn:vedette:problem:needs_a_person");
            EXPECT_EQ(walk.site.gateway.requests, requests);  // nothing reached the gateway
            EXPECT_EQ(walk.site.gateway.opened.size(), opened);
            EXPECT_FALSE(response.upgrade);
            // Nor does the order of refusals tell more to those who may not anyway.
            for (const Who who : {Who::anonymous, Who::forged})
                EXPECT_EQ(walk.site.send(walk.request(route, who)).status, 401u);
        }
    }
}

TEST(ClearanceWalk, EveryRouteThatTakesMoreIsReachedOnceWithIt) {
    Walk walk;
    const auto grace = walk.site.add_user(walk.cookie, "Grace", policy::RightSet::all());
    const Bytes app = walk.site.add_authenticator(walk.cookie);
    for (const Kind& kind : kinds) {
        for (const Route& route : routes()) {
            if (!policy::can_be_safeguarded(route.action())) continue;
            // A handler that does change the rules would take them away.
            walk.site.put_rules(rules_for_all(kind.chosen));
            SCOPED_TRACE(fmt::format("{} with {}", route.operation_id(), kind.name));
            net::Request request = walk.request(route, Who::administrator);
            const json::object clearance =
                json::parse(body_of(walk.site.send(request))).at("clearance").as_object();
            const std::string id(clearance.at("id").as_string());
            const std::string own = "/api/v1/clearances/" + id;
            request.headers.push_back({"Vedette-Clearance", id});
            EXPECT_EQ(walk.site.send(request).status, 403u);  // nothing was given yet
            if (kind.chosen.step_up)
                ASSERT_EQ(walk.site
                              .send(net::Method::post, own + "/second-factor",
                                    fmt::format(R"({{"code":"{}"}})", walk.site.code_of(app)), walk.cookie)
                              .status,
                          200u);
            if (kind.chosen.second_person) {
                EXPECT_EQ(walk.site.send(request).status, 403u);
                ASSERT_EQ(walk.site.send(net::Method::post, own + "/second-person", "{}", walk.cookie).status,
                          200u);
                const std::string answer = fmt::format(R"({{"approve":true,"digest":"{}"}})",
                                                       std::string_view(clearance.at("digest").as_string()));
                ASSERT_EQ(
                    walk.site.send(net::Method::post, "/api/v1/approvals/" + id, answer, grace.cookie).status,
                    204u);
            }
            const auto reached = walk.site.send(request);
            EXPECT_NE(reached.status, 401u);
            EXPECT_NE(reached.status, 403u) << body_of(reached);
            // Used, but for what something stands against: then it is good still.
            EXPECT_EQ(walk.site.send(request).status, reached.status == 409 ? 409u : 403u);
        }
    }
}

TEST(ClearanceWalk, WhatTakesMoreIsAskedByRoutesAlone) {
    std::set<Action> of_routes;
    for (const Route& route : routes()) of_routes.insert(route.action());
    for (const Action action : policy::actions_to_safeguard())
        EXPECT_TRUE(of_routes.contains(action)) << policy::to_string(action);
    // A message of the WebSocket carries no clearance.
    for (const Action action :
         {Action::open_websocket, Action::watch_live, Action::play_recording, Action::talk})
        EXPECT_FALSE(policy::can_be_safeguarded(action)) << policy::to_string(action);
}

TEST(ClearanceWalk, MessagesOfTheWebSocketAreAnsweredAsBefore) {
    Walk walk;
    walk.site.add_user(walk.cookie, "Grace", policy::RightSet::all());
    walk.site.put_rules(rules_for_all(both));
    auto socket = walk.site.open_websocket(walk.cookie);
    std::uint32_t channel = 0;
    for (const char* message : {R"("live.start","stream":"main")",
                                R"("playback.start","stream":"main","start_90k":100,"end_90k":200)"}) {
        const std::size_t opened = walk.site.gateway.opened.size();
        socket->from_client.push_back(fmt::format(R"({{"type":{},"channel":{},"camera_id":"{}"}})", message,
                                                  ++channel, walk.site.gateway.camera.id.text()));
        socket->event.cancel();
        EXPECT_TRUE(walk.site.run_until([&] { return walk.site.gateway.opened.size() > opened; })) << message;
    }
    socket->client_gone = true;
    socket->event.cancel();
    EXPECT_TRUE(walk.site.run_until([&] { return socket->ended; }));
}

}  // namespace
}  // namespace vedette::hub::api
