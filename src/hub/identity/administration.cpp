#include "hub/identity/administration.hpp"

#include <algorithm>

#include "hub/identity/access_rules_table.hpp"
#include "hub/identity/api_token_rows.hpp"
#include "hub/identity/break_glass_table.hpp"
#include "hub/identity/rules.hpp"

namespace vedette::hub::identity {

namespace {

// Whose change it is, and which rights count for it: not those that an API token leaves out.
struct Actor {
    UserId user;
    policy::RightSet scope = policy::RightSet::all();
};

// Error: forbidden when this was not decided about, or not for a user.
Result<Actor> actor_of(const policy::Authorised& granted, policy::Action action) {
    const policy::User* user = policy::account_of(granted.principal());
    if (granted.action() != action || !user) return fail(ErrorKind::forbidden, "This was not decided about");
    Actor actor{.user = user->id};
    if (const auto* client = std::get_if<policy::ApiClient>(&granted.principal()))
        actor.scope = client->scope ? client->scope->rights : policy::RightSet();
    return actor;
}

// By the rights that the actor has at the moment of the change.
Result<> may_give_or_take(const Roster& roster, const Actor& actor, policy::RightSet rights) {
    VEDETTE_TRY(const Account* account, find_account(roster, actor.user));
    const policy::RightSet own = rights_of(roster, account->assignments).unconditional() & actor.scope;
    if (!account->suspended && may_give(own, rights)) return {};
    return fail(ErrorKind::forbidden,
                "This takes a right that you do not have yourself; ask somebody who manages roles");
}

Result<> may_touch(const Roster& roster, const Actor& actor, UserId user) {
    VEDETTE_TRY(const Account* account, find_account(roster, user));
    if (actor.user == user)
        return fail(ErrorKind::forbidden, "Nobody changes the own account; ask another administrator");
    return may_give_or_take(roster, actor, rights_given(roster, account->assignments));
}

Result<> may_change_role(const Roster& roster, const Actor& actor, RoleId role) {
    VEDETTE_TRY(const Account* account, find_account(roster, actor.user));
    if (std::ranges::find(account->assignments, role, &Assignment::role) != account->assignments.end())
        return fail(ErrorKind::forbidden, "Nobody changes a role of the own; ask another administrator");
    return {};
}

Result<> is_no_ready_role(const Roster& roster, RoleId role) {
    const auto found = roster.roles.find(role);
    if (found == roster.roles.end())
        return fail(ErrorKind::not_found, "There is no such role; it may have been deleted");
    if (found->second.ready)
        return fail(ErrorKind::conflict,
                    "This role comes with Vedette and can't be changed; make one of your own");
    return {};
}

Invitation make_invitation(UtcTime now) {
    return {.code = make_claim_code(), .expires = now + invitation_lifetime};
}

crypto::Sha256Digest digest_of_code(const Secret& code) {
    return crypto::sha256(as_bytes(normalise_claim_code(code.reveal_text())));
}

}  // namespace

Administration::Awaitable<Result<Administration::Invited>> Administration::add_user(
    policy::Authorised granted, std::string name, std::vector<Assignment> assignments) {
    VEDETTE_CO_TRY(const Actor actor, actor_of(granted, policy::Action::manage_users));
    const auto clean = clean_username(name);
    if (!clean)
        co_return fail(ErrorKind::invalid_input, "name: The user name needs 1 to 64 visible characters");
    const UtcTime now = clock_->utc_now();
    Invited invited{.user = UserId::random(), .invitation = make_invitation(now)};
    const Account account{
        .id = invited.user, .name = *clean, .created = now, .assignments = std::move(assignments)};
    Identity::Change body = [directory = identity_->directory(), organisation = granted.object().organisation,
                             actor, account, code = digest_of_code(invited.invitation.code),
                             expires = invited.invitation.expires](store::Database& database,
                                                                   const Roster& before) -> Result<> {
        VEDETTE_CHECK(may_give_or_take(before, actor, rights_given(before, account.assignments)));
        VEDETTE_CHECK(insert_user(database, directory->sealer(), organisation, account,
                                  username_key(account.name), ""));
        return set_invitation(database, account.id, code, expires);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(body)));
    co_return invited;
}

Administration::Awaitable<Result<Administration::Sealed>> Administration::add_break_glass(
    policy::Authorised granted, std::string name, std::vector<Assignment> assignments) {
    VEDETTE_CO_TRY(const Actor actor, actor_of(granted, policy::Action::manage_users));
    const auto clean = clean_username(name);
    if (!clean) co_return fail(ErrorKind::invalid_input, "name: The name needs 1 to 64 visible characters");
    const UtcTime now = clock_->utc_now();
    Sealed sealed{.user = UserId::random(), .code = make_recovery_code()};
    const Account account{
        .id = sealed.user, .name = *clean, .created = now, .assignments = std::move(assignments)};
    Identity::Change body = [directory = identity_->directory(), organisation = granted.object().organisation,
                             actor, account, now, code = digest_of_code(sealed.code)](
                                store::Database& database, const Roster& before) -> Result<> {
        VEDETTE_CHECK(may_give_or_take(before, actor, rights_given(before, account.assignments)));
        VEDETTE_CHECK(insert_user(database, directory->sealer(), organisation, account,
                                  username_key(account.name), ""));
        return put_envelope(database, account.id, code, now);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(body)));
    co_return sealed;
}

Administration::Awaitable<Result<Secret>> Administration::seal_anew(policy::Authorised granted, UserId user) {
    VEDETTE_CO_TRY(const Actor actor, actor_of(granted, policy::Action::manage_users));
    Secret code = make_recovery_code();
    Identity::Change body = [actor, user, now = clock_->utc_now(), code = digest_of_code(code)](
                                store::Database& database, const Roster& before) -> Result<> {
        VEDETTE_CHECK(may_touch(before, actor, user));
        VEDETTE_TRY(const Account* account, find_account(before, user));
        if (!account->envelope) return fail(ErrorKind::conflict, "This is no break-glass account");
        return put_envelope(database, user, code, now);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(body)));
    identity_->end_sessions(user);
    co_return code;
}

Administration::Awaitable<Result<>> Administration::change_user(policy::Authorised granted, UserId user,
                                                                UserChange change) {
    VEDETTE_CO_TRY(const Actor actor, actor_of(granted, policy::Action::manage_users));
    Identity::Change body = [organisation = granted.object().organisation, actor, user,
                             change = std::move(change)](store::Database& database,
                                                         const Roster& before) -> Result<> {
        VEDETTE_CHECK(may_touch(before, actor, user));
        if (change.assignments)
            VEDETTE_CHECK(may_give_or_take(before, actor, rights_given(before, *change.assignments)));
        return update_user(database, organisation, user, change);
    };
    co_return co_await identity_->change(std::move(body));
}

Administration::Awaitable<Result<>> Administration::remove_user(policy::Authorised granted, UserId user) {
    VEDETTE_CO_TRY(const Actor actor, actor_of(granted, policy::Action::manage_users));
    Identity::Change body = [organisation = granted.object().organisation, actor, user](
                                store::Database& database, const Roster& before) -> Result<> {
        VEDETTE_CHECK(may_touch(before, actor, user));
        return delete_user(database, organisation, user);
    };
    co_return co_await identity_->change(std::move(body));
}

Administration::Awaitable<Result<Invitation>> Administration::invite(policy::Authorised granted,
                                                                     UserId user) {
    VEDETTE_CO_TRY(const Actor actor, actor_of(granted, policy::Action::manage_users));
    Invitation invitation = make_invitation(clock_->utc_now());
    Identity::Change body = [actor, user, code = digest_of_code(invitation.code),
                             expires = invitation.expires](store::Database& database,
                                                           const Roster& before) -> Result<> {
        VEDETTE_CHECK(may_touch(before, actor, user));
        VEDETTE_TRY(const Account* account, find_account(before, user));
        if (account->envelope)
            return fail(ErrorKind::conflict,
                        "A break-glass account has no password; seal a new envelope instead");
        return set_invitation(database, user, code, expires);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(body)));
    identity_->end_sessions(user);
    identity_->forget_api_tokens(user);
    co_return invitation;
}

Administration::Awaitable<Result<>> Administration::sign_out(policy::Authorised granted, UserId user) {
    VEDETTE_CO_TRY(const Actor actor, actor_of(granted, policy::Action::end_access));
    VEDETTE_CO_CHECK(may_touch(identity_->roster(), actor, user));
    identity_->end_sessions(user);
    co_return Result<>();
}

Administration::Awaitable<Result<>> Administration::revoke_api_token(policy::Authorised granted, UserId user,
                                                                     ApiTokenId token) {
    VEDETTE_CO_TRY(const Actor actor, actor_of(granted, policy::Action::end_access));
    Identity::Change body = [actor, user, token](store::Database& database,
                                                 const Roster& before) -> Result<> {
        VEDETTE_CHECK(may_touch(before, actor, user));
        return delete_api_token(database, user, token);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(body)));
    identity_->forget_api_token(token);
    co_return Result<>();
}

Administration::Awaitable<Result<ApiToken>> Administration::add_device(policy::Authorised granted,
                                                                       UserId user, NewApiToken device) {
    VEDETTE_CO_TRY(const Actor actor, actor_of(granted, policy::Action::manage_users));
    const auto name = clean_username(device.name);
    if (!name) co_return fail(ErrorKind::invalid_input, "name: The name needs 1 to 64 visible characters");
    if (!device.certificate) co_return fail(ErrorKind::invalid_input, "certificate: Name a certificate");
    VEDETTE_CO_CHECK(check_scope(device.scope));
    const UtcTime now = clock_->utc_now();
    ApiToken token{.id = ApiTokenId::random(),
                   .user = user,
                   .name = *name,
                   .scope = std::make_shared<const policy::TokenScope>(std::move(device.scope)),
                   .kind = device.kind,
                   .certificate = device.certificate,
                   .device = true,
                   .created = now,
                   .expires = now + std::clamp(device.lifetime, shortest_api_token, longest_api_token)};
    crypto::random_bytes(token.digest);  // of a text that nobody has
    Identity::Change body = [actor, token, directory = identity_->directory()](
                                store::Database& database, const Roster& before) -> Result<> {
        VEDETTE_CHECK(may_touch(before, actor, token.user));
        VEDETTE_CHECK(may_give_or_take(before, actor, token.scope->rights));
        VEDETTE_CHECK(check_new_token(before, token.user, *token.scope));
        return insert_api_token(database, directory->sealer(), token, max_api_tokens);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(body)));
    identity_->keep_api_token(token);
    co_return token;
}

Administration::Awaitable<Result<>> Administration::change_access_rules(policy::Authorised granted,
                                                                        AccessRules rules) {
    VEDETTE_CO_TRY(const Actor actor, actor_of(granted, policy::Action::change_access_rules));
    Identity::Change body = [organisation = granted.object().organisation, actor, rules = std::move(rules)](
                                store::Database& database, const Roster& before) -> Result<> {
        VEDETTE_TRY(const Account* account, find_account(before, actor.user));
        Roster after = before;
        after.rules = rules;
        if (must_set_up_second_factor(after, *account))
            return fail(ErrorKind::conflict,
                        "Set up a second factor for yourself first: this asks it of you as well");
        const policy::Assurance to_change_again = rules.safeguards.asked(policy::Action::change_access_rules);
        if (to_change_again.step_up && !account->has_second_factor)
            return fail(ErrorKind::conflict,
                        "Set up a second factor for yourself first: changing this again takes one");
        return put_access_rules(database, organisation, rules);
    };
    co_return co_await identity_->change(std::move(body));
}

Administration::Awaitable<Result<RoleId>> Administration::put_role(policy::Authorised granted,
                                                                   std::optional<RoleId> id, Role role) {
    VEDETTE_CO_TRY(const Actor actor, actor_of(granted, policy::Action::manage_roles));
    role.id = id.value_or(RoleId::random());
    Identity::Change body = [organisation = granted.object().organisation, actor, is_new = !id, role](
                                store::Database& database, const Roster& before) -> Result<> {
        if (!is_new) {
            VEDETTE_CHECK(is_no_ready_role(before, role.id));
            VEDETTE_CHECK(may_change_role(before, actor, role.id));
        }
        return identity::put_role(database, organisation, role);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(body)));
    co_return role.id;
}

Administration::Awaitable<Result<>> Administration::remove_role(policy::Authorised granted, RoleId role) {
    VEDETTE_CO_TRY(const Actor actor, actor_of(granted, policy::Action::manage_roles));
    Identity::Change body = [organisation = granted.object().organisation, actor, role](
                                store::Database& database, const Roster& before) -> Result<> {
        VEDETTE_CHECK(is_no_ready_role(before, role));
        VEDETTE_CHECK(may_change_role(before, actor, role));
        return delete_role(database, organisation, role);
    };
    co_return co_await identity_->change(std::move(body));
}

Administration::Awaitable<Result<CameraGroupId>> Administration::put_group(policy::Authorised granted,
                                                                           std::optional<CameraGroupId> id,
                                                                           CameraGroup group) {
    VEDETTE_CO_TRY(const Actor actor, actor_of(granted, policy::Action::manage_roles));
    group.id = id.value_or(CameraGroupId::random());
    Identity::Change body = [organisation = granted.object().organisation, actor, is_new = !id, group](
                                store::Database& database, const Roster& before) -> Result<> {
        if (!is_new && !before.groups.contains(group.id))
            return fail(ErrorKind::not_found, "There is no such camera group; it may have been deleted");
        // A camera more in a group of the own would be a right more.
        VEDETTE_TRY(const Account* account, find_account(before, actor.user));
        if (std::ranges::find(account->assignments, Scope(group.id), &Assignment::scope) !=
            account->assignments.end())
            return fail(ErrorKind::forbidden,
                        "Nobody changes a group over which the own roles are; ask another administrator");
        return identity::put_group(database, organisation, group);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(body)));
    co_return group.id;
}

Administration::Awaitable<Result<>> Administration::remove_group(policy::Authorised granted,
                                                                 CameraGroupId group) {
    VEDETTE_CO_CHECK(actor_of(granted, policy::Action::manage_roles));
    Identity::Change body = [organisation = granted.object().organisation, group](store::Database& database,
                                                                                  const Roster&) -> Result<> {
        return delete_group(database, organisation, group);
    };
    co_return co_await identity_->change(std::move(body));
}

}  // namespace vedette::hub::identity
