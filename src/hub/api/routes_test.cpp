// Every route against docs/ref/openapi.yaml, and every route with every kind of principal.

#include <map>
#include <set>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "hub/api/json_access.hpp"
#include "hub/api/router.hpp"
#include "hub/api/test_walk.hpp"

namespace vedette::hub::api {
namespace {

using testing::Walk;
using testing::Who;

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

TEST(Routes, TheOpenApiFileSaysWhichTakeATokenOfAUser) {
    const YAML::Node file = YAML::LoadFile(VEDETTE_SOURCE_DIR "/docs/ref/openapi.yaml");
    const policy::User user{
        .id = UserId::random(), .organisation = OrganisationId::random(), .name = "a", .rights = {}};
    const policy::ApiClient client{
        .token = ApiTokenId::random(), .name = "t", .user = user, .scope = nullptr};
    for (const Route& route : routes()) {
        if (!route.is_documented()) continue;
        const YAML::Node own =
            file["paths"][std::string(route.pattern())][lower(to_string(route.method()))]["security"];
        bool documented = false;
        for (const auto& scheme : own ? own : file["security"])
            documented = documented || scheme["api_token"].IsDefined();
        const auto decision = policy::decide(client, route.action(),
                                             route.object(user.organisation, {.camera = CameraId::random()}),
                                             {.origin = policy::Origin::no_browser});
        const bool open_to_all = decision.reason == policy::Reason::public_action;
        EXPECT_EQ(documented, decision.reason != policy::Reason::not_for_tokens && !open_to_all)
            << route.operation_id();
    }
}

TEST(Routes, TheObjectIsOfTheKindOfTheAction) {
    for (const Route& route : routes()) {
        const auto object = route.object(OrganisationId::random(), {.camera = CameraId::random()});
        EXPECT_EQ(object.kind, policy::object_kind(route.action())) << route.operation_id();
    }
}

// So that no picture or link of another site does anything. What is left asks a device, or opens a WebSocket.
TEST(Routes, NothingIsChangedByGet) {
    for (const Route& route : routes())
        if (route.method() == net::Method::get && policy::needs_same_origin(route.action()))
            EXPECT_TRUE(route.operation_id() == "getDevice" || route.operation_id() == "openWebSocket")
                << route.operation_id();
}

// ---- the walk

// What a program can't do for its user, however much it may.
const std::set<std::string_view> for_users_alone = {"signOut",
                                                    "getAccount",
                                                    "changePassword",
                                                    "beginAuthenticator",
                                                    "confirmAuthenticator",
                                                    "removeAuthenticator",
                                                    "beginPasskey",
                                                    "beginPasskeyProof",
                                                    "addPasskey",
                                                    "removePasskey",
                                                    "renamePasskey",
                                                    "beginMailAddress",
                                                    "confirmMailAddress",
                                                    "removeMailAddress",
                                                    "sendMailProof",
                                                    "endOtherSessions",
                                                    "endSession",
                                                    "getClearance",
                                                    "withdrawClearance",
                                                    "giveStepUp",
                                                    "askForApproval",
                                                    "listApprovals",
                                                    "giveApproval",
                                                    "listApiTokens",
                                                    "createApiToken",
                                                    "revokeApiToken"};

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
        case Who::api_token:
            return for_users_alone.contains(route.operation_id()) ? 403 : 0;
        case Who::wrong_token:
            return 401;
        case Who::metrics_token:
            return open_to_all || action == policy::Action::view_metrics ? 0 : 403;
        default:
            return open_to_all ? 0 : 401;
    }
}

// What each route takes: one of these rights, or a word. A route without a row fails.
using enum policy::Right;
struct Row {
    std::string_view everybody_or_signed_in;
    policy::RightSet any_of;
};
Row takes(policy::RightSet any_of) {
    return {.everybody_or_signed_in = "", .any_of = any_of};
}
const Row everybody{.everybody_or_signed_in = "everybody", .any_of = {}};
const Row signed_in{.everybody_or_signed_in = "signed in", .any_of = {}};
const Row any_right_over_the_camera = takes(policy::RightSet::about_cameras());

const std::map<std::string_view, Row> what_routes_take = {
    {"getHealth", everybody},
    {"getSetup", everybody},
    {"claim", everybody},
    {"signIn", everybody},
    {"acceptInvitation", everybody},
    {"getWebClient", everybody},
    {"giveSecondFactor", everybody},
    {"finishSignIn", everybody},
    {"breakGlass", everybody},
    {"getMailServer", takes({change_settings, add_cameras})},
    {"setMailServer", takes({change_settings})},
    {"removeMailServer", takes({change_settings})},
    {"testMailServer", takes({change_settings})},
    {"getSmsServer", takes({change_settings, add_cameras})},
    {"setSmsServer", takes({change_settings})},
    {"removeSmsServer", takes({change_settings})},
    {"testSmsServer", takes({change_settings})},
    {"beginMailAddress", signed_in},
    {"confirmMailAddress", signed_in},
    {"removeMailAddress", signed_in},
    {"sendMailProof", signed_in},
    {"sendSignInCode", everybody},
    {"listBreakGlass", takes({manage_users})},
    {"addBreakGlass", takes({manage_users})},
    {"sealEnvelope", takes({manage_users})},
    {"getWaitingSignIn", everybody},
    {"beginPasskeySignIn", everybody},
    {"signInWithPasskey", everybody},
    {"getAccount", signed_in},
    {"beginPasskey", signed_in},
    {"beginPasskeyProof", signed_in},
    {"addPasskey", signed_in},
    {"removePasskey", signed_in},
    {"renamePasskey", signed_in},
    {"changePassword", signed_in},
    {"beginAuthenticator", signed_in},
    {"confirmAuthenticator", signed_in},
    {"removeAuthenticator", signed_in},
    {"endOtherSessions", signed_in},
    {"endSession", signed_in},
    {"getClearance", signed_in},
    {"withdrawClearance", signed_in},
    {"giveStepUp", signed_in},
    {"askForApproval", signed_in},
    {"listApprovals", signed_in},
    {"giveApproval", signed_in},
    {"listApiTokens", signed_in},
    {"createApiToken", signed_in},
    {"revokeApiToken", signed_in},
    {"getAccessRules", takes({manage_users, manage_roles})},
    {"changeAccessRules", takes({manage_roles})},
    {"getSession", signed_in},
    {"signOut", signed_in},
    {"listCameras", signed_in},
    {"listCameraNames", takes({manage_users, manage_roles})},
    {"listEvents", signed_in},
    {"openWebSocket", signed_in},
    {"getCamera", any_right_over_the_camera},
    {"getCameraStates", any_right_over_the_camera},
    {"getPtz", any_right_over_the_camera},
    {"listRelays", any_right_over_the_camera},
    {"addCamera", takes({add_cameras})},
    {"testCamera", takes({add_cameras})},
    {"listInterfaces", takes({add_cameras})},
    {"discoverCameras", takes({add_cameras})},
    {"inspectDevice", takes({add_cameras})},
    {"previewDevice", takes({add_cameras})},
    {"changeCamera", takes({configure_cameras})},
    {"removeCamera", takes({remove_cameras})},
    {"getDevice", takes({maintain_devices})},
    {"setDeviceClock", takes({maintain_devices})},
    {"changeDevicePassword", takes({maintain_devices})},
    {"rebootDevice", takes({maintain_devices})},
    {"setDeviceImaging", takes({maintain_devices})},
    {"beginFirmware", takes({maintain_devices})},
    {"uploadFirmware", takes({maintain_devices})},
    {"getRecordings", takes({play_back, export_recordings})},
    {"getRecordedMedia", takes({export_recordings})},
    {"getThumbnail", takes({play_back})},
    {"listHolds", takes({play_back, place_holds, lift_holds})},
    {"placeHold", takes({place_holds})},
    {"liftHold", takes({lift_holds})},
    {"movePtz", takes({control_ptz})},
    {"stopPtz", takes({control_ptz})},
    {"stepPtz", takes({control_ptz})},
    {"placePtz", takes({control_ptz})},
    {"goHome", takes({control_ptz})},
    {"setHome", takes({control_ptz})},
    {"savePreset", takes({control_ptz})},
    {"recallPreset", takes({control_ptz})},
    {"removePreset", takes({control_ptz})},
    {"savePatrol", takes({control_ptz})},
    {"removePatrol", takes({control_ptz})},
    {"startPatrol", takes({control_ptz})},
    {"stopPatrol", takes({control_ptz})},
    {"switchRelay", takes({switch_relays})},
    {"getCameraEvents", takes({see_events})},
    {"getSettings", takes({change_settings, add_cameras})},
    {"changeSettings", takes({change_settings})},
    {"getRetention", takes({change_settings, add_cameras})},
    {"setRetention", takes({change_settings})},
    {"getMetrics", takes({view_metrics})},
    {"listUsers", takes({manage_users})},
    {"addUser", takes({manage_users})},
    {"getUser", takes({manage_users})},
    {"changeUser", takes({manage_users})},
    {"removeUser", takes({manage_users})},
    {"inviteUser", takes({manage_users})},
    {"signOutUser", takes({manage_users})},
    {"explainDecision", takes({manage_users})},
    {"viewAsUser", takes({manage_users})},
    {"addDevice", takes({manage_users})},
    {"listDevices", takes({manage_users})},
    {"listUserApiTokens", takes({manage_users})},
    {"revokeUserApiToken", takes({manage_users})},
    {"listAudit", takes({read_audit})},
    {"exportAudit", takes({read_audit})},
    {"getAuditStream", takes({read_audit})},
    {"listWitnesses", takes({read_audit})},
    // change_settings and read_audit together: whoever has one of them alone gets nothing.
    {"setAuditStream", takes({})},
    {"removeAuditStream", takes({})},
    {"testAuditStream", takes({})},
    {"listRoles", takes({manage_users, manage_roles})},
    {"addRole", takes({manage_roles})},
    {"changeRole", takes({manage_roles})},
    {"removeRole", takes({manage_roles})},
    {"listCameraGroups", takes({manage_users, manage_roles})},
    {"addCameraGroup", takes({manage_roles})},
    {"changeCameraGroup", takes({manage_roles})},
    {"removeCameraGroup", takes({manage_roles})},
};

// What a user with one right gets: nothing, or 403, or, where he may not even know of the camera, 404.
unsigned expected_of_user(const Route& route, policy::RightSet held, bool camera_only) {
    const auto row = what_routes_take.find(route.operation_id());
    if (row == what_routes_take.end()) return 999;
    if (!row->second.everybody_or_signed_in.empty()) return 0;
    const bool about_camera = policy::object_kind(route.action()) == policy::ObjectKind::camera;
    const policy::RightSet counts = about_camera || !camera_only ? held : held - policy::RightSet::all();
    if (counts.overlaps(row->second.any_of)) return 0;
    return about_camera && !counts.overlaps(policy::RightSet::about_cameras()) ? 404 : 403;
}

void expect_security_headers(const net::Response& response) {
    const std::string csp = testing::header_of(response, "Content-Security-Policy");
    for (const char* directive : {"default-src 'none'; ", "frame-ancestors 'none'", "base-uri 'none'"})
        EXPECT_NE(csp.find(directive), std::string::npos) << directive << " is not in " << csp;
    const std::map<std::string, std::string> headers = {{"X-Content-Type-Options", "nosniff"},
                                                        {"Referrer-Policy", "no-referrer"},
                                                        {"Cross-Origin-Opener-Policy", "same-origin"},
                                                        {"Cross-Origin-Resource-Policy", "same-origin"},
                                                        {"Cache-Control", "no-store"},
                                                        {"Access-Control-Allow-Origin", ""}};
    for (const auto& [name, value] : headers) EXPECT_EQ(testing::header_of(response, name), value) << name;
    const auto* text = std::get_if<std::string>(&response.body);
    if (text && !text->empty()) EXPECT_NE(testing::header_of(response, "Content-Type"), "");
}

class RouteWalk : public ::testing::TestWithParam<Who> {};

TEST_P(RouteWalk, EveryRouteGivesEachPrincipalItsAnswer) {
    Walk walk;
    ASSERT_EQ(walk.cookie.size(), 64u);
    if (GetParam() == Who::expired) walk.site.clock.advance(std::chrono::hours(13));
    for (const Route& route : routes()) {
        // These two end what the others need.
        if (GetParam() == Who::administrator && (route.action() == policy::Action::sign_out)) continue;
        SCOPED_TRACE(route.operation_id());
        // Or so many would be slowed down.
        if (GetParam() == Who::wrong_token) walk.site.clock.advance(std::chrono::seconds(4));
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
            EXPECT_EQ(testing::header_of(response, "Vedette-Sound"), "");
        }
        expect_security_headers(response);
    }
}

// Of who may export and not hear.
void expect_silence(testing::TestSite& site, net::Response& response) {
    EXPECT_EQ(response.status, 200u) << testing::body_of(response);
    EXPECT_EQ(testing::header_of(response, "Vedette-Sound"), "withheld");
    const std::string file = site.file_of(response);
    EXPECT_NE(file.find("picture"), std::string::npos);
    EXPECT_EQ(file.find("sound"), std::string::npos);
}

// One principal for each right, over everything and over one camera, and one without any; and the same as
// tokens of somebody who has all.
TEST(RouteWalkByRight, EachRightOpensWhatItIsForAndNothingElse) {
    Walk walk;
    struct Principal {
        policy::RightSet rights;
        bool camera_only;
        net::Header header;
    };
    std::vector<Principal> principals;
    const auto add = [&](policy::RightSet rights, std::string_view scope) {
        const auto user =
            walk.site.add_user(walk.cookie, fmt::format("user {}", principals.size()), rights, scope);
        ASSERT_EQ(user.cookie.size(), 64u);
        principals.push_back({.rights = rights,
                              .camera_only = scope == "camera",
                              .header = {"Cookie", "__Host-vedette=" + user.cookie}});
        if (rights.empty()) return;
        const std::string token = walk.site.make_token(walk.cookie, rights, scope);
        principals.push_back({.rights = rights,
                              .camera_only = scope == "camera",
                              .header = {"Authorization", "Bearer " + token}});
    };
    add({}, "organisation");
    policy::RightSet::all().for_each([&](policy::Right right) { add({right}, "organisation"); });
    policy::RightSet::about_cameras().for_each([&](policy::Right right) { add({right}, "camera"); });
    for (const Principal& principal : principals) {
        for (const Route& route : routes()) {
            if (route.action() == policy::Action::sign_out || route.action() == policy::Action::sign_in ||
                route.action() == policy::Action::accept_invitation)
                continue;
            SCOPED_TRACE(fmt::format("{} by {} with {} {}", route.operation_id(), principal.header.name,
                                     boost::json::serialize(to_json(principal.rights)),
                                     principal.camera_only ? "over one camera" : "over all"));
            const std::size_t requests = walk.site.gateway.requests;
            net::Request request = walk.request(route, Who::anonymous);
            request.headers.push_back(principal.header);
            net::Response response = walk.site.send(std::move(request));
            unsigned expected = expected_of_user(route, principal.rights, principal.camera_only);
            if (principal.header.name == "Authorization" && for_users_alone.contains(route.operation_id()))
                expected = 403;
            if (expected == 0) {
                EXPECT_NE(response.status, 401u);
                EXPECT_NE(response.status, 403u);
                if (route.operation_id() == "getRecordedMedia") expect_silence(walk.site, response);
            } else {
                EXPECT_EQ(response.status, expected);
                EXPECT_EQ(walk.site.gateway.requests, requests);
            }
        }
    }
}

TEST(RouteWalkByRight, AnotherCameraLooksLikeNone) {
    Walk walk;
    const auto user =
        walk.site.add_user(walk.cookie, "one camera", policy::RightSet::about_cameras(), "camera");
    const std::string there = walk.site.gateway.camera.id.text();
    const std::string not_there = CameraId::random().text();
    for (const Route& route : routes()) {
        if (policy::object_kind(route.action()) != policy::ObjectKind::camera) continue;
        SCOPED_TRACE(route.operation_id());
        net::Request request = walk.request(route, Who::anonymous);
        request.headers.push_back({"Cookie", "__Host-vedette=" + user.cookie});
        request.path.replace(request.path.find(there), there.size(), not_there);
        const net::Response stranger = walk.site.send(request);
        request.headers.back().value = "__Host-vedette=" + walk.cookie;
        const net::Response administrator = walk.site.send(request);
        EXPECT_EQ(stranger.status, 404u);
        if (administrator.status == 404)
            EXPECT_EQ(testing::body_of(stranger), testing::body_of(administrator));
    }
}

INSTANTIATE_TEST_SUITE_P(Principals, RouteWalk,
                         ::testing::Values(Who::anonymous, Who::administrator, Who::expired, Who::revoked,
                                           Who::metrics_token, Who::api_token, Who::wrong_token,
                                           Who::cross_site, Who::forged));

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
        {net::Method::other, "/", ""},  // TRACE and its kin
        {net::Method::other, "/api/v1/session", ""},
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
