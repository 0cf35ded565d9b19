#pragma once
// Who may do what: one pure, total function. It knows no clock, no database and no request; what it has to
// know is passed in. Organisation first, deny by default.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"
#include "hub/policy/action.hpp"
#include "hub/policy/client_kind.hpp"
#include "hub/policy/rights.hpp"
#include "hub/policy/safeguards.hpp"

namespace vedette::hub::policy {

// ---- who

/// Nobody, or somebody whose session has ended.
struct Anonymous {};
struct User {
    UserId id;
    OrganisationId organisation;
    std::string name;
    RightsPtr rights;  ///< nullptr: none
};
/// What an API token may at most, besides what its user may.
struct TokenScope {
    RightSet rights;
    std::optional<std::vector<CameraId>> cameras;  ///< nullopt: all
    friend bool operator==(const TokenScope&, const TokenScope&) = default;
};
using TokenScopePtr = std::shared_ptr<const TokenScope>;
/// A program that acts for a user, by an API token. It may what both the user, at that moment, and the scope
/// permit.
struct ApiClient {
    ApiTokenId token;
    std::string name;  ///< of the token
    User user;
    TokenScopePtr scope;                ///< nullptr: nothing
    ClientKind kind = ClientKind::api;  ///< that the token was made for
};
/// A monitoring system that presented the metrics token of an organisation.
struct MetricsToken {
    OrganisationId organisation;
};
using Principal = std::variant<Anonymous, User, ApiClient, MetricsToken>;

/// Whose rights count: the user, or the one for whom a program acts; nullptr when it is neither. What it may
/// is not what its account may: decide() says that.
const User* account_of(const Principal& principal);

// ---- what

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
    UtcTime now{};
    Circumstances at;
    Safeguards safeguards;  ///< the organisation's
    Assurance given;        ///< for exactly this request
};

// ---- the answer

enum class Reason : std::uint8_t {
    public_action,        ///< everybody may
    signed_in,            ///< every user of the organisation may
    role_permits,         ///< a role of the user gives a right that the action needs
    token_permits,        ///< it is what the token is for
    cross_site,           ///< denied: another site's page asked
    not_signed_in,        ///< denied: signing in would help
    other_organisation,   ///< denied: the object is another tenant's
    not_permitted,        ///< denied: this principal may not
    outside_schedule,     ///< denied: at another time of the week this principal may
    outside_network,      ///< denied: from another network this principal may
    wrong_client_kind,    ///< denied: by another kind of client this principal may
    beyond_scope,         ///< denied: the API token's user may, the token may not
    not_for_tokens,       ///< denied: it is for users alone, whatever an API token's scope is
    needs_step_up,        ///< denied: with a second factor for it this principal may
    needs_second_person,  ///< denied: with another person's approval this principal may
    needs_a_person,       ///< denied: it takes one of the two, which no API token can give
};
std::string_view to_string(Reason reason);

/// What must be done besides when the action is allowed.
struct Obligations {
    bool write_audit = false;  ///< the decision belongs in the audit log
    /// What happened earlier stays hidden, recordings and events alike.
    std::optional<UtcTime> not_before;
    /// Of media: sound is left out.
    bool no_sound = false;
    /// Of media: sound from earlier is left out.
    std::optional<UtcTime> sound_not_before;
    friend bool operator==(const Obligations&, const Obligations&) = default;
};

struct Decision {
    bool allowed = false;
    Reason reason = Reason::not_permitted;
    Obligations obligations;
    /// Of a denial: the principal may not even learn whether there is such an object.
    bool conceal = false;
    /// Of a denial for needs_step_up or needs_second_person: all that is missing.
    Assurance missing{};
    friend bool operator==(const Decision&, const Decision&) = default;
};

/// Pure and total: every combination has an answer. Any thread.
Decision decide(const Principal& principal, Action action, const Object& object, const Context& context);

/// The rights that a principal holds over `object` in these circumstances; for `service` none. Any thread.
RightSet rights_held(const Principal& principal, const Object& object, const Context& context);

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
