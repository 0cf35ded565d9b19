// Every route against docs/ref/openapi.yaml, and every route with every kind of principal.

#include <fstream>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "hub/api/router.hpp"
#include "hub/api/test_site.hpp"

namespace vedette::hub::api {
namespace {

using testing::TestSite;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

TEST(Routes, AreThoseOfTheOpenApiFile) {
    std::set<std::string> documented;
    const YAML::Node file = YAML::LoadFile(VEDETTE_SOURCE_DIR "/docs/ref/openapi.yaml");
    for (const auto& path : file["paths"])
        for (const auto& method : path.second)
            if (method.second.IsMap() && method.second["operationId"])
                documented.insert(method.first.as<std::string>() + " " + path.first.as<std::string>() + " " +
                                  method.second["operationId"].as<std::string>());
    std::set<std::string> registered;
    for (const Route& route : routes())
        if (route.is_documented())
            registered.insert(lower(to_string(route.method())) + " " + std::string(route.pattern()) + " " +
                              std::string(route.operation_id()));
    EXPECT_EQ(registered, documented);
}

TEST(Routes, ThoseWithoutSecurityAreThePublicOnes) {
    const YAML::Node file = YAML::LoadFile(VEDETTE_SOURCE_DIR "/docs/ref/openapi.yaml");
    for (const Route& route : routes()) {
        if (!route.is_documented()) continue;
        const YAML::Node security =
            file["paths"][std::string(route.pattern())][lower(to_string(route.method()))]["security"];
        const bool open_to_all = security && security.size() == 0;
        const auto decision =
            policy::decide(policy::Anonymous{}, route.action(),
                           route.object(OrganisationId::random(), {.camera = CameraId::random()}),
                           {.origin = policy::Origin::same});
        EXPECT_EQ(decision.allowed, open_to_all) << route.operation_id();
    }
}

TEST(Routes, TheObjectIsOfTheKindOfTheAction) {
    for (const Route& route : routes()) {
        const auto object = route.object(OrganisationId::random(), {.camera = CameraId::random()});
        EXPECT_EQ(object.kind, policy::object_kind(route.action())) << route.operation_id();
    }
}

// ---- the walk

enum class Who { anonymous, administrator, expired, revoked, metrics_token, cross_site, forged };

struct Walk {
    TestSite site;
    std::string cookie = site.claim();
    std::string revoked = [this] {
        const auto response =
            site.send(net::Method::post, "/api/v1/session",
                      fmt::format(R"({{"username":"ada","password":"{}"}})", TestSite::password));
        std::string other = testing::cookie_of(response);
        site.send(net::Method::del, "/api/v1/session", {}, other);
        return other;
    }();

    net::Request request(const Route& route, Who who) {
        net::Request request;
        request.method = route.method();
        request.path = std::string(route.pattern());
        if (const auto at = request.path.find("{camera_id}"); at != std::string::npos)
            request.path.replace(at, 11, site.gateway.camera.id.text());
        if (const auto at = request.path.find("{hold_id}"); at != std::string::npos)
            request.path.replace(at, 9, "7");
        if (route.pattern() == "/{file}") request.path = "/";
        request.query = {{"start_90k", "100"}, {"end_90k", "200"}};
        request.peer_address = "203.0.113.1";
        request.headers = {{"Host", "vedette.example"}};
        if (who == Who::cross_site)
            request.headers.push_back({"Origin", "https://evil.example"});
        else
            request.headers.push_back({"Origin", "https://vedette.example"});
        const std::map<Who, std::string> cookies = {{Who::administrator, cookie},
                                                    {Who::cross_site, cookie},
                                                    {Who::expired, cookie},
                                                    {Who::revoked, revoked},
                                                    {Who::forged, std::string(64, 'a')}};
        if (cookies.contains(who)) request.headers.push_back({"Cookie", "__Host-vedette=" + cookies.at(who)});
        if (who == Who::metrics_token) {
            std::ifstream file(site.directory / "hub" / "metrics.token");
            std::string token;
            std::getline(file, token);
            request.headers.push_back({"Authorization", "Bearer " + token});
        }
        return request;
    }
};

// 0: whatever the handler says once it was reached.
unsigned expected_denial(const Route& route, Who who) {
    const policy::Action action = route.action();
    const bool open_to_all =
        policy::decide(policy::Anonymous{}, action,
                       route.object(OrganisationId::random(), {.camera = CameraId::random()}),
                       {.origin = policy::Origin::same})
            .allowed;
    switch (who) {
        case Who::administrator:
            return 0;
        case Who::cross_site:
            return policy::needs_same_origin(action) ? 403 : 0;
        case Who::metrics_token:
            return open_to_all || action == policy::Action::view_metrics ? 0 : 403;
        default:
            return open_to_all ? 0 : 401;
    }
}

class RouteWalk : public ::testing::TestWithParam<Who> {};

TEST_P(RouteWalk, EveryRouteGivesEachPrincipalItsAnswer) {
    Walk walk;
    ASSERT_EQ(walk.cookie.size(), 64u);
    walk.site.gateway.on_open = [&](const wire::OpenChannel& open) {
        walk.site.gateway.send_init(open.channel);
        walk.site.gateway.send_media(open.channel, 100, true, 10);
        walk.site.gateway.send(wire::ChannelEnd{.channel = open.channel, .error = {}});
    };
    if (GetParam() == Who::expired) walk.site.clock.advance(std::chrono::hours(13));
    for (const Route& route : routes()) {
        // These two end what the others need.
        if (GetParam() == Who::administrator && (route.action() == policy::Action::sign_out)) continue;
        SCOPED_TRACE(route.operation_id());
        const std::size_t requests = walk.site.gateway.requests;
        const std::size_t opened = walk.site.gateway.opened.size();
        const net::Response response = walk.site.send(walk.request(route, GetParam()));
        const unsigned denial = expected_denial(route, GetParam());
        if (denial != 0) {
            EXPECT_EQ(response.status, denial);
            EXPECT_EQ(testing::header_of(response, "Content-Type"), "application/problem+json");
            EXPECT_EQ(walk.site.gateway.requests, requests);  // nothing reached the gateway
            EXPECT_EQ(walk.site.gateway.opened.size(), opened);
            EXPECT_FALSE(response.upgrade);
        } else {
            EXPECT_NE(response.status, 401u);
            EXPECT_NE(response.status, 403u);
            EXPECT_LT(response.status, 500u) << testing::body_of(response);
        }
        for (const char* name :
             {"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy",
              "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Cache-Control"})
            EXPECT_NE(testing::header_of(response, name), "") << name;
    }
}

INSTANTIATE_TEST_SUITE_P(Principals, RouteWalk,
                         ::testing::Values(Who::anonymous, Who::administrator, Who::expired, Who::revoked,
                                           Who::metrics_token, Who::cross_site, Who::forged));

TEST(Router, DecodesPathsIntoAClosedType) {
    struct Case {
        net::Method method;
        const char* path;
        const char* operation;  // nullptr: no such path; "": method not allowed
    };
    const std::string camera = "/api/v1/cameras/0a0b0c0d-0000-4000-8000-000000000001";
    const std::string media = camera + "/recordings/media";
    const std::string holds = camera + "/holds";
    const std::string hold = holds + "/7";
    const Case cases[] = {
        {net::Method::get, "/", "getWebClient"},
        {net::Method::get, "/cameras/x", "getWebClient"},
        {net::Method::head, "/api/v1/health", "getHealth"},
        {net::Method::get, "/api/v1/health/", nullptr},
        {net::Method::get, "/api", nullptr},
        {net::Method::get, "/api/", nullptr},
        {net::Method::get, "/api/v2/health", nullptr},
        {net::Method::get, "/metrics", "getMetrics"},
        {net::Method::get, "/metrics/x", nullptr},
        {net::Method::put, "/api/v1/session", ""},
        {net::Method::post, "/", ""},
        {net::Method::get, "", nullptr},
        {net::Method::get, "api/v1/health", nullptr},
        {net::Method::get, "/api/v1/cameras/test", ""},
        {net::Method::post, "/api/v1/cameras/test", "testCamera"},
        {net::Method::get, "/api/v1/cameras/no-uuid", nullptr},
        {net::Method::get, camera.c_str(), "getCamera"},
        {net::Method::patch, camera.c_str(), "changeCamera"},
        {net::Method::get, media.c_str(), "getRecordedMedia"},
        {net::Method::del, hold.c_str(), "liftHold"},
        {net::Method::get, hold.c_str(), ""},
        {net::Method::del, holds.c_str(), ""},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.path);
        const auto found = find_route(c.method, c.path);
        if (c.operation == nullptr)
            EXPECT_TRUE(std::holds_alternative<NoSuchPath>(found));
        else if (*c.operation == '\0')
            EXPECT_TRUE(std::holds_alternative<MethodNotAllowed>(found));
        else if (const auto* match = std::get_if<Match>(&found))
            EXPECT_EQ(match->route->operation_id(), c.operation);
        else
            ADD_FAILURE() << "no route";
    }
    for (const std::string bad : {"/", "/07", "/0", "/7x", "/-7", "/ 7", "/99999999999999999999"})
        EXPECT_TRUE(std::holds_alternative<NoSuchPath>(find_route(net::Method::del, holds + bad))) << bad;
}

}  // namespace
}  // namespace vedette::hub::api
