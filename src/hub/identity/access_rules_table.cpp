#include "hub/identity/access_rules_table.hpp"

#include "hub/identity/rows.hpp"

namespace vedette::hub::identity {

Result<AccessRules> load_access_rules(store::Database& database, OrganisationId organisation) {
    AccessRules rules;
    const ByteView id = organisation.bytes();
    VEDETTE_CHECK(for_each_row(
        database,
        "SELECT second_factor, session_idle_minutes, session_hours, lock_out, mail_codes FROM access_rules "
        "WHERE organisation_id = ?",
        [&](const store::Statement& row) {
            // What this program does not know is asked of everybody.
            rules.second_factor = parse_second_factor_rule(row.text(0)).value_or(SecondFactorRule::everybody);
            if (!row.is_null(1)) rules.sessions.idle = std::chrono::minutes(row.int64(1));
            if (!row.is_null(2)) rules.sessions.absolute = std::chrono::hours(row.int64(2));
            rules.lock_out = parse_lock_out(row.text(3)).value_or(LockOut::progressive);
            rules.mail_codes = row.int64(4) != 0;
        },
        id));
    VEDETTE_CHECK(for_each_row(
        database, "SELECT day, yearly, name FROM holidays WHERE organisation_id = ? ORDER BY day",
        [&](const store::Statement& row) {
            if (const auto day = parse_date(row.text(0)))
                rules.holidays.push_back(
                    {.day = *day, .yearly = row.int64(1) != 0, .name = std::string(row.text(2))});
        },
        id));
    VEDETTE_CHECK(for_each_row(
        database, "SELECT action, step_up, second_person FROM safeguards WHERE organisation_id = ?",
        [&](const store::Statement& row) {
            if (const auto action = policy::parse_action(row.text(0)))
                rules.safeguards.choose(*action,
                                        {.step_up = row.int64(1) != 0, .second_person = row.int64(2) != 0});
        },
        id));
    VEDETTE_CHECK(for_each_row(
        database, "SELECT role_id FROM second_person_roles WHERE organisation_id = ? ORDER BY role_id",
        [&](const store::Statement& row) {
            rules.second_person_roles.push_back(RoleId::from_bytes(row.blob(0)));
        },
        id));
    return rules;
}

Result<> put_access_rules(store::Database& database, OrganisationId organisation, const AccessRules& rules) {
    const ByteView id = organisation.bytes();
    VEDETTE_CHECK(database.run(
        "INSERT OR REPLACE INTO access_rules (organisation_id, second_factor, "
        "session_idle_minutes, session_hours, lock_out, mail_codes) VALUES (?, ?, ?, ?, ?, ?)",
        id, to_string(rules.second_factor), std::int64_t{rules.sessions.idle.count()},
        std::int64_t{rules.sessions.absolute.count()}, to_string(rules.lock_out), rules.mail_codes));
    VEDETTE_CHECK(database.run("DELETE FROM holidays WHERE organisation_id = ?", id));
    for (const Holiday& holiday : rules.holidays)
        VEDETTE_CHECK(
            database.run("INSERT INTO holidays (organisation_id, day, yearly, name) VALUES (?, ?, ?, ?)", id,
                         to_date_text(holiday.day), holiday.yearly, holiday.name));
    VEDETTE_CHECK(database.run("DELETE FROM safeguards WHERE organisation_id = ?", id));
    for (const policy::Action action : policy::actions_to_safeguard()) {
        const policy::Assurance chosen = rules.safeguards.chosen(action);
        if (chosen.none()) continue;
        VEDETTE_CHECK(database.run(
            "INSERT INTO safeguards (organisation_id, action, step_up, second_person) VALUES (?, ?, ?, ?)",
            id, policy::to_string(action), chosen.step_up, chosen.second_person));
    }
    VEDETTE_CHECK(database.run("DELETE FROM second_person_roles WHERE organisation_id = ?", id));
    for (const RoleId& role : rules.second_person_roles)
        VEDETTE_CHECK(database.run("INSERT INTO second_person_roles (organisation_id, role_id) VALUES (?, ?)",
                                   id, ByteView(role.bytes())));
    return {};
}

}  // namespace vedette::hub::identity
