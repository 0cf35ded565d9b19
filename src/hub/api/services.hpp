#pragma once
// What a handler gets.

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "base/time.hpp"
#include "hub/api/problem.hpp"
#include "hub/api/site.hpp"
#include "hub/api/web_assets.hpp"
#include "hub/identity/identity.hpp"
#include "hub/policy/policy.hpp"
#include "net/http.hpp"

namespace vedette::hub::api {

/// Shared by all requests and WebSockets; each keeps it alive.
struct Services {
    std::shared_ptr<identity::Identity> identity;
    Site site;
    const Clock* clock;
    boost::asio::any_io_executor executor;
    std::span<const WebAsset> web_assets;
    std::string version;
    UtcTime started{};
    /// How often an open WebSocket asks whether its session is alive.
    std::chrono::milliseconds session_check{1000};
};

/// What the placeholders of a route's pattern stood for.
struct PathParameters {
    std::optional<CameraId> camera;
    std::optional<std::uint64_t> hold{};  ///< of that camera
};

/// One request that policy allowed.
struct Call {
    net::Request request;
    policy::Authorised granted;
    std::optional<identity::Session> session;  ///< set when a user is signed in
    policy::Context context;
    std::optional<std::uint64_t> hold{};  ///< that the path names; of the camera that was decided about

    /// A further decision, for an object that is named in the body. Error: the denial as a problem.
    Outcome<policy::Authorised> authorise(policy::Action action, const policy::Object& object) const {
        auto further = policy::authorise(granted.principal(), action, object, context);
        if (!further) return std::unexpected(Problem(further.error()));
        return std::move(*further);
    }
};

using ServicesPtr = std::shared_ptr<Services>;

}  // namespace vedette::hub::api
