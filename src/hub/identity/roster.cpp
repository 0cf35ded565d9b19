#include "hub/identity/roster.hpp"

#include <algorithm>

namespace vedette::hub::identity {

namespace {

using enum policy::Right;

constexpr policy::RightSet decides_over_others{manage_users, manage_roles};

// Never changed: installations refer to them.
Role ready(std::string_view id, std::string_view name, policy::RightSet rights) {
    return {.id = RoleId::parse(id).value_or(RoleId()),
            .name = std::string(name),
            .rights = rights,
            .max_age_days = {},
            .schedule = {},
            .networks = {},
            .clients = {},
            .ready = true};
}

policy::Grant grant_of(const Roster& roster, const Role& role, const Assignment& assignment) {
    policy::Grant grant{.rights = role.rights, .denies = assignment.denies, .cameras = {}, .conditions = {}};
    if (const auto* camera = std::get_if<CameraId>(&assignment.scope)) {
        grant.cameras = {*camera};
    } else if (const auto* id = std::get_if<CameraGroupId>(&assignment.scope)) {
        const auto group = roster.groups.find(*id);
        grant.cameras = group == roster.groups.end() ? std::vector<CameraId>() : group->second.cameras;
    }
    if (role.max_age_days) grant.conditions.max_age = std::chrono::days(*role.max_age_days);
    grant.conditions.schedule = role.schedule;
    grant.conditions.networks = role.networks;
    grant.conditions.clients = role.clients;
    return grant;
}

Result<> check_assignment(const Roster& roster, const Account& account, const Assignment& assignment) {
    if (!roster.roles.contains(assignment.role))
        return fail(ErrorKind::invalid_input, "assignments: There is no such role; it may have been deleted");
    const auto* group = std::get_if<CameraGroupId>(&assignment.scope);
    if (group && !roster.groups.contains(*group))
        return fail(ErrorKind::invalid_input,
                    "assignments: There is no such camera group; it may have been deleted");
    if (std::ranges::count(account.assignments, assignment) > 1)
        return fail(ErrorKind::invalid_input, "assignments: The same role is given twice over the same");
    return {};
}

}  // namespace

const std::vector<Role>& ready_roles() {
    static const std::vector<Role> roles = {
        ready("00000000-0000-4000-8000-000000000001", "Administrator", policy::RightSet::all()),
        ready("00000000-0000-4000-8000-000000000002", "Viewer", {see_live, hear}),
        ready("00000000-0000-4000-8000-000000000003", "Operator",
              {see_live, play_back, hear, see_events, control_ptz, switch_relays, talk}),
        ready("00000000-0000-4000-8000-000000000004", "Investigator",
              {see_live, play_back, hear, see_events, export_recordings, place_holds, lift_holds}),
        ready("00000000-0000-4000-8000-000000000005", "Site manager",
              (policy::RightSet::about_cameras() - policy::RightSet{approve_actions}) |
                  policy::RightSet{add_cameras, change_settings, view_metrics}),
        ready("00000000-0000-4000-8000-000000000006", "Security administrator",
              {manage_users, manage_roles, read_audit}),
        ready("00000000-0000-4000-8000-000000000007", "Auditor", {read_audit}),
        ready("00000000-0000-4000-8000-000000000008", "Approver", {approve_actions}),
    };
    return roles;
}

const Role& administrator_role() {
    return ready_roles().front();
}

std::unexpected<Error> no_such_user() {
    return fail(ErrorKind::not_found, "There is no such user; it may have been deleted");
}

Result<const Account*> find_account(const Roster& roster, UserId user) {
    const auto account = roster.accounts.find(user);
    if (account == roster.accounts.end()) return no_such_user();
    return &account->second;
}

policy::Rights rights_of(const Roster& roster, const std::vector<Assignment>& assignments) {
    std::vector<policy::Grant> grants;
    for (const Assignment& assignment : assignments) {
        const auto role = roster.roles.find(assignment.role);
        if (role != roster.roles.end()) grants.push_back(grant_of(roster, role->second, assignment));
    }
    return policy::Rights(grants);
}

policy::RightSet rights_given(const Roster& roster, const std::vector<Assignment>& assignments) {
    policy::RightSet rights;
    for (const Assignment& assignment : assignments) {
        const auto role = roster.roles.find(assignment.role);
        if (role == roster.roles.end() || assignment.denies) continue;
        const bool everywhere = std::holds_alternative<WholeOrganisation>(assignment.scope);
        rights |= everywhere ? role->second.rights : role->second.rights & policy::RightSet::about_cameras();
    }
    return rights;
}

std::string_view to_string(SecondFactorRule rule) {
    switch (rule) {
        case SecondFactorRule::nobody:
            return "nobody";
        case SecondFactorRule::administrators:
            return "administrators";
        case SecondFactorRule::everybody:
            return "everybody";
    }
    return "unknown";
}

std::optional<SecondFactorRule> parse_second_factor_rule(std::string_view text) {
    using enum SecondFactorRule;
    for (const auto rule : {nobody, administrators, everybody})
        if (to_string(rule) == text) return rule;
    return std::nullopt;
}

std::string_view to_string(LockOut lock_out) {
    return lock_out == LockOut::progressive ? "progressive" : "three_failures";
}

std::optional<LockOut> parse_lock_out(std::string_view text) {
    for (const LockOut lock_out : {LockOut::progressive, LockOut::three_failures})
        if (to_string(lock_out) == text) return lock_out;
    return std::nullopt;
}

bool is_holiday(const std::vector<Holiday>& holidays, std::chrono::year_month_day day) {
    return std::ranges::any_of(holidays, [&](const Holiday& holiday) {
        if (!holiday.yearly) return holiday.day == day;
        return holiday.day.month() == day.month() && holiday.day.day() == day.day();
    });
}

bool takes_mail_code(const Roster& roster, const Account& account) {
    return roster.rules.mail_codes && account.has_mail && !account.has_second_factor;
}

bool must_set_up_second_factor(const Roster& roster, const Account& account) {
    if (account.envelope || takes_mail_code(roster, account)) return false;
    if (account.has_second_factor || roster.rules.second_factor == SecondFactorRule::nobody) return false;
    return roster.rules.second_factor == SecondFactorRule::everybody ||
           rights_given(roster, account.assignments).overlaps(decides_over_others);
}

namespace {

// What somebody holds over everything, always; nothing while he can't sign in.
policy::RightSet unconditional_rights(const Roster& roster, const Account& account) {
    if (account.suspended || !account.has_password) return {};
    return rights_of(roster, account.assignments).unconditional();
}

// Or a rule that asks for a second person could never be changed again.
Result<> check_second_person(const Roster& roster) {
    if (!roster.rules.safeguards.ask_for_second_person()) return {};
    for (const auto& [decider, account] : roster.accounts) {
        if (!unconditional_rights(roster, account).contains(decides_over_others)) continue;
        for (const auto& [other, approver] : roster.accounts)
            if (other != decider && unconditional_rights(roster, approver).contains(approve_actions))
                return {};
    }
    return fail(ErrorKind::conflict,
                "A second person is asked for, and beside whoever manages users and roles nobody active "
                "could be it: give another active user the right to approve, over everything and always");
}

// Somebody has to come in alone, to let the others in.
Result<> check_sign_in(const Roster& roster) {
    for (const RoleId& role : roster.rules.second_person_roles)
        if (!roster.roles.contains(role))
            return fail(ErrorKind::invalid_input,
                        "second_person_roles: There is no such role; it may have been deleted");
    bool somebody_waits = false;
    for (const auto& [id, account] : roster.accounts) {
        const bool waits = sign_in_takes_second_person(roster, account);
        somebody_waits = somebody_waits || waits;
        if (!waits && unconditional_rights(roster, account).contains(approve_actions)) return {};
    }
    if (!somebody_waits) return {};
    return fail(
        ErrorKind::conflict,
        "Nobody could let those in whose sign-in takes a second person: give another active user, whose "
        "own sign-in takes none, the right to approve, over everything and always");
}

}  // namespace

bool sign_in_takes_second_person(const Roster& roster, const Account& account) {
    if (account.envelope) return false;
    return account.second_person ||
           std::ranges::any_of(account.assignments, [&](const Assignment& assignment) {
               return !assignment.denies &&
                      std::ranges::find(roster.rules.second_person_roles, assignment.role) !=
                          roster.rules.second_person_roles.end();
           });
}

Result<> check(const Roster& roster) {
    bool somebody_decides = roster.accounts.empty();
    for (const auto& [id, account] : roster.accounts) {
        for (const Assignment& assignment : account.assignments)
            VEDETTE_CHECK(check_assignment(roster, account, assignment));
        somebody_decides =
            somebody_decides || unconditional_rights(roster, account).contains(decides_over_others);
    }
    if (!somebody_decides)
        return fail(ErrorKind::conflict,
                    "Nobody could manage users and roles any more; give another active user the role "
                    "Administrator first");
    VEDETTE_CHECK(check_sign_in(roster));
    return check_second_person(roster);
}

bool may_give(policy::RightSet own, policy::RightSet rights) {
    return own.contains(policy::Right::manage_roles) || own.contains(rights);
}

}  // namespace vedette::hub::identity
