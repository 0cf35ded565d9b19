#pragma once
// Who may do what: one pure, total function. It knows no clock, no database and no request; what it has to
// know is passed in. Organisation first, deny by default.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/id.hpp"

namespace vedette::hub::policy {

// ---- who

enum class Role : std::uint8_t { administrator };
std::string_view to_string(Role role);

/// Nobody, or somebody whose session has ended.
struct Anonymous {};
struct User {
    UserId id;
    OrganisationId organisation;
    Role role = Role::administrator;
    std::string name;
};
/// A monitoring system that presented the metrics token of an organisation.
struct MetricsToken {
    OrganisationId organisation;
};
using Principal = std::variant<Anonymous, User, MetricsToken>;

// ---- what

enum class Action : std::uint8_t {
    load_web_client,
    view_health,
    view_setup,
    claim,
    sign_in,
    view_session,
    sign_out,
    list_cameras,
    add_camera,
    test_camera,
    list_interfaces,
    discover_cameras,
    inspect_device,
    view_camera,
    change_camera,
    remove_camera,
    maintain_camera,
    view_recordings,
    export_recording,
    view_holds,
    place_hold,
    lift_hold,
    open_websocket,
    watch_live,
    play_recording,
    control_ptz,
    switch_relay,
    view_events,
    list_events,
    talk,
    view_metrics,
    view_settings,
    change_settings,
};
constexpr std::uint8_t action_count = 33;
std::string_view to_string(Action action);

/// True when a request for it that was sent by another site's page could do harm: it changes something, or
/// (WebSocket) it opens a channel whose answers that page could read.
bool needs_same_origin(Action action);

// ---- on which object

enum class ObjectKind : std::uint8_t {
    service,       ///< this hub as everybody may see it: health, set-up, sign-in page
    organisation,  ///< one tenant and what belongs to it as a whole
    camera,
};
struct Object {
    ObjectKind kind = ObjectKind::service;
    OrganisationId organisation;     ///< nil for `service`
    std::optional<CameraId> camera;  ///< set for `camera`

    static Object service() { return {}; }
    static Object of(OrganisationId organisation) {
        return {.kind = ObjectKind::organisation, .organisation = organisation, .camera = {}};
    }
    static Object of(OrganisationId organisation, CameraId camera) {
        return {.kind = ObjectKind::camera, .organisation = organisation, .camera = camera};
    }
};

/// The object kind that `action` is about. A decision about any other kind is a denial.
ObjectKind object_kind(Action action);

// ---- in which circumstances

enum class Origin : std::uint8_t {
    same,        ///< the browser says that the request is our own page's
    cross,       ///< the browser says that it is not
    no_browser,  ///< no browser: there is no ambient cookie that a foreign page could ride on
};
struct Context {
    Origin origin = Origin::cross;
};

// ---- the answer

enum class Reason : std::uint8_t {
    public_action,       ///< everybody may
    role_permits,        ///< the user's role includes the action
    token_permits,       ///< it is what the token is for
    cross_site,          ///< denied: another site's page asked
    not_signed_in,       ///< denied: signing in would help
    other_organisation,  ///< denied: the object is another tenant's
    not_permitted,       ///< denied: this principal may not
};
std::string_view to_string(Reason reason);

/// What must be done besides when the action is allowed.
struct Obligations {
    bool write_audit = false;  ///< the decision belongs in the audit log
    friend bool operator==(const Obligations&, const Obligations&) = default;
};

struct Decision {
    bool allowed = false;
    Reason reason = Reason::not_permitted;
    Obligations obligations;
    friend bool operator==(const Decision&, const Decision&) = default;
};

/// Pure and total: every combination has an answer. Any thread.
Decision decide(const Principal& principal, Action action, const Object& object, const Context& context);

/// Proof that decide() allowed this principal this action on this object; nothing else makes one. What
/// touches an object takes it as an argument and acts on object(), never on an identifier of its own.
class Authorised {
  public:
    const Principal& principal() const { return principal_; }
    Action action() const { return action_; }
    const Object& object() const { return object_; }
    const Decision& decision() const { return decision_; }

  private:
    friend std::expected<Authorised, Decision> authorise(const Principal&, Action, const Object&,
                                                         const Context&);
    Authorised(Principal principal, Action action, Object object, Decision decision)
        : principal_(std::move(principal)), action_(action), object_(object), decision_(decision) {}

    Principal principal_;
    Action action_;
    Object object_;
    Decision decision_;
};

/// decide(), with its answer as a value that the code behind it demands. Error: the denial.
std::expected<Authorised, Decision> authorise(const Principal& principal, Action action, const Object& object,
                                              const Context& context);

}  // namespace vedette::hub::policy
