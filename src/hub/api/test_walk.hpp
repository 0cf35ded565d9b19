#pragma once
// For tests that ask every route, each as some kind of principal.

#include <fstream>
#include <map>
#include <string>

#include "hub/api/router.hpp"
#include "hub/api/test_site.hpp"

namespace vedette::hub::api::testing {

enum class Who {
    anonymous,
    administrator,
    expired,
    revoked,
    metrics_token,
    api_token,  // with every right, of the administrator, from a page of another site
    wrong_token,
    cross_site,
    forged
};

struct Walk {
    Walk() {
        site.services->requests = RequestBound({.burst = 1e6});  // the clock stands still
        site.gateway.on_open = [this](const wire::OpenChannel& open) {
            site.gateway.send_talking(open.channel);
            site.gateway.send(wire::ChannelEnd{.channel = open.channel, .error = {}});
        };
    }

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

    std::string api_token = site.make_token(cookie, policy::RightSet::all());

    net::Request request(const Route& route, Who who) {
        net::Request request;
        request.method = route.method();
        request.path = std::string(route.pattern());
        if (const auto at = request.path.find("{camera_id}"); at != std::string::npos)
            request.path.replace(at, 11, site.gateway.camera.id.text());
        if (const auto at = request.path.find("{hold_id}"); at != std::string::npos)
            request.path.replace(at, 9, "7");
        for (const std::string_view name :
             {"{user_id}", "{role_id}", "{group_id}", "{passkey_id}", "{token_id}", "{clearance_id}"})
            if (const auto at = request.path.find(name); at != std::string::npos)
                request.path.replace(at, name.size(), "0a0b0c0d-0000-4000-8000-00000000000f");
        if (const auto at = request.path.find("{session_id}"); at != std::string::npos)
            request.path.replace(at, 12, std::string(32, 'a'));
        if (route.pattern() == "/{file}") request.path = "/";
        request.query = {{"start_90k", "100"}, {"end_90k", "200"}, {"at_90k", "150"}};
        request.peer_address = "203.0.113.1";
        request.headers = {{"Host", "vedette.example"}};
        if (who == Who::cross_site || who == Who::api_token)
            request.headers.push_back({"Origin", "https://evil.example"});
        else
            request.headers.push_back({"Origin", "https://vedette.example"});
        const std::map<Who, std::string> cookies = {{Who::administrator, cookie},
                                                    {Who::cross_site, cookie},
                                                    {Who::expired, cookie},
                                                    {Who::revoked, revoked},
                                                    {Who::forged, std::string(64, 'a')}};
        if (cookies.contains(who)) request.headers.push_back({"Cookie", "__Host-vedette=" + cookies.at(who)});
        if (who == Who::api_token) request.headers.push_back({"Authorization", "Bearer " + api_token});
        if (who == Who::wrong_token)
            request.headers.push_back({"Authorization", "Bearer " + std::string(64, 'b')});
        if (who == Who::metrics_token) {
            std::ifstream file(site.folder.path() / "hub" / "metrics.token");
            std::string token;
            std::getline(file, token);
            request.headers.push_back({"Authorization", "Bearer " + token});
        }
        return request;
    }
};

}  // namespace vedette::hub::api::testing
