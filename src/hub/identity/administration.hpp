#pragma once
// Changes to users, roles and camera groups, and the rules that keep somebody who may make some from making
// himself more than he is.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hub/identity/api_tokens.hpp"
#include "hub/identity/identity.hpp"
#include "hub/identity/roster_table.hpp"

namespace vedette::hub::identity {

/// What lets its user choose a password, once. Shown once, kept as SHA-256.
struct Invitation {
    Secret code;
    UtcTime expires{};
};
constexpr Ticks90k invitation_lifetime = std::chrono::hours(72);

constexpr std::size_t max_assignments = 64;
constexpr std::size_t max_group_cameras = 1024;
constexpr std::size_t max_name_characters = 64;
constexpr std::uint32_t max_max_age_days = 3650;
constexpr std::size_t max_role_networks = 32;
constexpr std::size_t max_holidays = 400;

/// On the event loop of its Identity. Each call demands a decision about `manage_users`, or `manage_roles`
/// for roles and camera groups, or `end_access` for what takes away and gives nothing, of a user; any other
/// is an error `forbidden`. The rules, beside roster.hpp's:
/// - nobody changes the own account, or a role that it has: another administrator does;
/// - an API token changes nothing that its scope has no right for;
/// - who manages users, but not roles, gives no right and touches no account that has more than he has
/// himself
///   (may_give()).
/// Errors: forbidden, not_found, conflict, invalid_input with the field and ": " in front.
class Administration {
  public:
    template <class T>
    using Awaitable = Identity::Awaitable<T>;

    Administration(std::shared_ptr<Identity> identity, const Clock& clock)
        : identity_(std::move(identity)), clock_(&clock) {}

    struct Invited {
        UserId user;
        Invitation invitation;
    };
    Awaitable<Result<Invited>> add_user(policy::Authorised granted, std::string name,
                                        std::vector<Assignment> assignments);
    /// A break-glass account, with the code of its sealed envelope, which is shown once and kept as SHA-256.
    /// It has no password, is asked for no second factor, and never counts as somebody who is left.
    struct Sealed {
        UserId user;
        Secret code;
    };
    Awaitable<Result<Sealed>> add_break_glass(policy::Authorised granted, std::string name,
                                              std::vector<Assignment> assignments);
    /// A new envelope, instead of one that was opened or may be known; ends the account's sessions. Errors
    /// also: conflict when the account is no break-glass account.
    Awaitable<Result<Secret>> seal_anew(policy::Authorised granted, UserId user);
    Awaitable<Result<>> change_user(policy::Authorised granted, UserId user, UserChange change);
    Awaitable<Result<>> remove_user(policy::Authorised granted, UserId user);
    /// Ends the user's sessions and API tokens, takes the password away, and makes a new invitation. Errors
    /// also: conflict for a break-glass account, which never has a password.
    Awaitable<Result<Invitation>> invite(policy::Authorised granted, UserId user);
    /// Ends the user's sessions.
    Awaitable<Result<>> sign_out(policy::Authorised granted, UserId user);
    Awaitable<Result<>> revoke_api_token(policy::Authorised granted, UserId user, ApiTokenId token);

    /// A device that signs in for `user` by its certificate alone; `device.certificate` is set. Its scope is
    /// what the user was given, and the actor may give. Errors also: those of check_new_token(), conflict
    /// when there are too many, or one of that name or certificate.
    Awaitable<Result<ApiToken>> add_device(policy::Authorised granted, UserId user, NewApiToken device);

    /// Demands `change_access_rules`. Who asks more of others than he has himself would lock himself out,
    /// and so would who asks for a second person when there is none: conflict.
    Awaitable<Result<>> change_access_rules(policy::Authorised granted, AccessRules rules);

    /// A role without id is new. Returns its id.
    Awaitable<Result<RoleId>> put_role(policy::Authorised granted, std::optional<RoleId> id, Role role);
    Awaitable<Result<>> remove_role(policy::Authorised granted, RoleId role);
    Awaitable<Result<CameraGroupId>> put_group(policy::Authorised granted, std::optional<CameraGroupId> id,
                                               CameraGroup group);
    Awaitable<Result<>> remove_group(policy::Authorised granted, CameraGroupId group);

  private:
    std::shared_ptr<Identity> identity_;
    const Clock* clock_;
};

}  // namespace vedette::hub::identity
