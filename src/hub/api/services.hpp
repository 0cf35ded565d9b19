#pragma once
// What a handler gets.

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/json/object.hpp>

#include "base/time.hpp"
#include "hub/api/browsing.hpp"
#include "hub/api/clearances.hpp"
#include "hub/api/problem.hpp"
#include "hub/api/recorder.hpp"
#include "hub/api/request_bound.hpp"
#include "hub/api/site.hpp"
#include "hub/api/web_assets.hpp"
#include "hub/identity/administration.hpp"
#include "hub/identity/api_tokens.hpp"
#include "hub/identity/identity.hpp"
#include "hub/identity/own_account.hpp"
#include "hub/identity/own_passkeys.hpp"
#include "hub/mail/mailer.hpp"
#include "hub/policy/policy.hpp"
#include "hub/syslog/stream.hpp"
#include "net/http.hpp"
#include "witness/submission.hpp"

namespace vedette::hub::api {

/// Shared by all requests and WebSockets; each keeps it alive.
struct Services {
    std::shared_ptr<identity::Identity> identity;
    identity::Administration administration;
    identity::OwnAccount own_account;
    identity::OwnPasskeys own_passkeys;
    identity::ApiTokens api_tokens;
    Site site;
    Recorder recorder;
    std::shared_ptr<syslog::Stream> syslog;
    const Clock* clock;
    boost::asio::any_io_executor executor;
    std::span<const WebAsset> web_assets;
    std::string version;
    UtcTime started{};
    /// How often an open WebSocket asks whether its session is alive.
    std::chrono::milliseconds session_check{1000};
    /// So long the audit log keeps names, addresses and details.
    std::chrono::days keep_personal{365};
    Clearances clearances{};
    Browsings browsings{};
    std::shared_ptr<witness::Submissions> witnesses;
    /// Browsers are told to insist on HTTPS (HSTS, RFC 6797).
    bool strict_transport = false;
    std::shared_ptr<mail::Mailer> mailer{};
    RequestBound requests{};
    /// Who began the last firmware file for a camera: nobody else sends a piece of it.
    std::map<CameraId, identity::Credential> firmware_senders{};
};

/// What the placeholders of a route's pattern stood for.
struct PathParameters {
    std::optional<CameraId> camera;
    std::optional<std::uint64_t> hold{};  ///< of that camera
    std::optional<UserId> user{};
    std::optional<RoleId> role{};
    std::optional<CameraGroupId> group{};
    std::string session{};  ///< identity::public_id()
    std::optional<identity::PasskeyId> passkey{};
    std::optional<ApiTokenId> token{};
    std::optional<ClearanceId> clearance{};
};

/// What a handler tells of itself to the audit log, once it has ended.
struct Trail {
    std::optional<identity::Session> signed_in;  ///< that it has begun
    std::string who_tried;                       ///< the name of who did not get in, where it is known
    std::string asked;                           ///< of a sign-in that goes on (202): what for, as a word
    std::optional<ClearanceId> waiting;          ///< what waits for a second person from now on
    boost::json::object details;                 ///< without secrets; none: nothing that was not known before
};

/// One request that policy allowed.
struct Call {
    net::Request request;
    policy::Authorised granted;
    std::optional<identity::Session> session;        ///< set when a user is signed in
    std::optional<identity::Credential> credential;  ///< of a session, or of an API token
    policy::Context context;
    PathParameters path{};  ///< what belongs to the object that was decided about
    std::shared_ptr<Trail> trail{};

    /// Of a camera's thumbnails.
    BrowsingKey browsing() const {
        return {.credential = credential,
                .camera = granted.object().camera.value_or(CameraId()),
                .address = request.peer_address};
    }

    /// What the caller holds over a camera of the organisation.
    policy::RightSet rights_over(const CameraId& camera) const {
        const auto object = policy::Object::of(granted.object().organisation, camera);
        return policy::rights_held(granted.principal(), object, context);
    }

    /// A further decision, for an object that is named in the body. Error: the denial as a problem.
    Outcome<policy::Authorised> authorise(policy::Action action, const policy::Object& object) const {
        auto further = policy::authorise(granted.principal(), action, object, context);
        if (!further) return std::unexpected(Problem(further.error()));
        return std::move(*further);
    }
};

using ServicesPtr = std::shared_ptr<Services>;

}  // namespace vedette::hub::api
