#include "hub/identity/roster_table.hpp"

#include "base/hex.hpp"
#include "hub/identity/access_rules_table.hpp"
#include "hub/identity/api_token_rows.hpp"
#include "hub/identity/authenticator_table.hpp"
#include "hub/identity/mail_address_table.hpp"
#include "hub/identity/passkey_table.hpp"
#include "hub/identity/rows.hpp"

namespace vedette::hub::identity {

namespace {

using store::Database;

// Calls `body` with each word of a text in which spaces separate them.
template <class Body>
void for_each_word(std::string_view text, Body body) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        body(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void add_word(std::string& text, std::string_view word) {
    if (!text.empty()) text += ' ';
    text += word;
}

std::string networks_text(const std::vector<IpNetwork>& networks) {
    std::string out;
    for (const IpNetwork& network : networks) add_word(out, network.text());
    return out;
}

std::string kinds_text(policy::ClientKinds kinds) {
    std::string out;
    kinds.for_each([&](policy::ClientKind kind) { add_word(out, policy::to_string(kind)); });
    return out;
}

// A kind that can't be read is none.
policy::ClientKinds parse_kinds(std::string_view text) {
    policy::ClientKinds kinds;
    for_each_word(text, [&](std::string_view word) {
        if (const auto kind = policy::parse_client_kind(word)) kinds.add(*kind);
    });
    return kinds;
}

// A network that can't be read is one from which nothing counts.
std::vector<IpNetwork> parse_networks(std::string_view text) {
    std::vector<IpNetwork> networks;
    for_each_word(text, [&](std::string_view word) {
        if (const auto network = IpNetwork::parse(word)) networks.push_back(*network);
    });
    return networks;
}

struct ScopeColumns {
    std::string_view kind = "organisation";
    std::optional<Bytes> id;
};

ScopeColumns columns_of(const Scope& scope) {
    const auto with = [](std::string_view kind, ByteView id) {
        return ScopeColumns{.kind = kind, .id = Bytes(id.begin(), id.end())};
    };
    if (const auto* group = std::get_if<CameraGroupId>(&scope))
        return with("group", ByteView(group->bytes()));
    if (const auto* camera = std::get_if<CameraId>(&scope)) return with("camera", ByteView(camera->bytes()));
    return {};
}

Scope scope_of(std::string_view kind, ByteView id) {
    if (kind == "group") return CameraGroupId::from_bytes(id);
    if (kind == "camera") return CameraId::from_bytes(id);
    return WholeOrganisation{};
}

Result<> write_assignments(Database& database, UserId user, const std::vector<Assignment>& assignments) {
    VEDETTE_CHECK(database.run("DELETE FROM assignments WHERE user_id = ?", ByteView(user.bytes())));
    for (std::size_t place = 0; place < assignments.size(); ++place) {
        const Assignment& assignment = assignments[place];
        const ScopeColumns scope = columns_of(assignment.scope);
        VEDETTE_CHECK(
            database.run("INSERT INTO assignments (user_id, place, role_id, scope, scope_id, denies) "
                         "VALUES (?, ?, ?, ?, ?, ?)",
                         ByteView(user.bytes()), place, ByteView(assignment.role.bytes()), scope.kind,
                         scope.id, assignment.denies));
    }
    return {};
}

sealing::Place user_name_place(const UserId& user) {
    return {.table = "users", .column = "name", .row = user.bytes()};
}

Result<> load_accounts(Database& database, const sealing::ColumnSealer& sealer, Roster& roster) {
    Result<> opened;
    VEDETTE_CHECK(for_each_row(
        database,
        "SELECT u.id, u.name_sealed, u.suspended, u.password_phc <> '', u.created_90k, i.expires_90k, "
        "coalesce(a.confirmed, 0), (SELECT count(*) FROM recovery_codes r WHERE r.user_id = u.id), "
        "(SELECT count(*) FROM passkeys p WHERE p.user_id = u.id), u.second_person, b.made_90k, b.used_90k, "
        "EXISTS (SELECT 1 FROM mail_addresses m WHERE m.user_id = u.id) FROM users u "
        "LEFT JOIN invitations i ON i.user_id = u.id LEFT JOIN authenticators a ON a.user_id = u.id "
        "LEFT JOIN break_glass b ON b.user_id = u.id WHERE u.organisation_id = ?",
        [&](const store::Statement& row) {
            Account account{.id = UserId::from_bytes(row.blob(0)),
                            .name = {},
                            .suspended = row.int64(2) != 0,
                            .has_password = row.int64(3) != 0,
                            .created = from_ticks(row.int64(4)),
                            .has_second_factor = row.int64(6) != 0 || row.int64(8) != 0,
                            .has_authenticator = row.int64(6) != 0,
                            .passkeys = static_cast<std::uint32_t>(row.int64(8)),
                            .recovery_codes_left = static_cast<std::uint32_t>(row.int64(7)),
                            .has_mail = row.int64(12) != 0,
                            .second_person = row.int64(9) != 0,
                            .assignments = {}};
            if (const auto name = sealer.unseal(user_name_place(account.id), row.blob(1)))
                account.name = as_text(*name);
            else if (opened)
                opened = fail(ErrorKind::forbidden,
                              "the name of user {} does not open with hub/data.key: bring back the key that "
                              "belongs to hub/identity.sqlite",
                              account.id.text());
            if (!row.is_null(5)) account.invited_until = from_ticks(row.int64(5));
            if (!row.is_null(10)) {
                account.envelope = Envelope{.made = from_ticks(row.int64(10))};
                if (!row.is_null(11)) account.envelope->used = from_ticks(row.int64(11));
            }
            roster.accounts.emplace(account.id, std::move(account));
        },
        ByteView(roster.organisation.bytes())));
    VEDETTE_CHECK(opened);
    return for_each_row(
        database, "SELECT user_id, role_id, scope, scope_id, denies FROM assignments ORDER BY user_id, place",
        [&](const store::Statement& row) {
            const auto account = roster.accounts.find(UserId::from_bytes(row.blob(0)));
            if (account == roster.accounts.end()) return;
            account->second.assignments.push_back({.role = RoleId::from_bytes(row.blob(1)),
                                                   .scope = scope_of(row.text(2), row.blob(3)),
                                                   .denies = row.int64(4) != 0});
        });
}

Result<> load_roles(Database& database, Roster& roster) {
    for (const Role& role : ready_roles()) roster.roles.emplace(role.id, role);
    return for_each_row(
        database,
        "SELECT id, name, rights, max_age_days, schedule, networks, client_kinds FROM roles "
        "WHERE organisation_id = ?",
        [&](const store::Statement& row) {
            Role role{.id = RoleId::from_bytes(row.blob(0)),
                      .name = std::string(row.text(1)),
                      .rights = parse_rights(row.text(2)),
                      .max_age_days = {},
                      .schedule = {},
                      .networks = {},
                      .clients = {}};
            if (!row.is_null(3)) role.max_age_days = static_cast<std::uint32_t>(row.int64(3));
            // A schedule that can't be read is one that never permits.
            if (!row.is_null(4))
                role.schedule = WeeklySchedule::parse(row.text(4)).value_or(WeeklySchedule());
            if (!row.is_null(5)) role.networks = parse_networks(row.text(5));
            if (!row.is_null(6)) role.clients = parse_kinds(row.text(6));
            roster.roles.emplace(role.id, std::move(role));
        },
        ByteView(roster.organisation.bytes()));
}

Result<> load_groups(Database& database, Roster& roster) {
    VEDETTE_CHECK(for_each_row(
        database, "SELECT id, name FROM camera_groups WHERE organisation_id = ?",
        [&](const store::Statement& row) {
            const auto id = CameraGroupId::from_bytes(row.blob(0));
            roster.groups.emplace(id, CameraGroup{.id = id, .name = std::string(row.text(1)), .cameras = {}});
        },
        ByteView(roster.organisation.bytes())));
    return for_each_row(database, "SELECT group_id, camera_id FROM camera_group_members",
                        [&](const store::Statement& row) {
                            const auto group = roster.groups.find(CameraGroupId::from_bytes(row.blob(0)));
                            if (group != roster.groups.end())
                                group->second.cameras.push_back(CameraId::from_bytes(row.blob(1)));
                        });
}

// A name that another one has already is the only conflict that these statements can meet.
Result<> taken_name(Database& database, std::string_view sql, ByteView organisation, const std::string& name,
                    ByteView own_id, std::string_view what) {
    VEDETTE_TRY(const auto others, database.query_int64(sql, organisation, name, own_id));
    if (others.value_or(0) == 0) return {};
    return fail(ErrorKind::conflict, "name: There is a {} of this name already", what);
}

}  // namespace

std::string rights_text(policy::RightSet rights) {
    std::string out;
    rights.for_each([&](policy::Right right) { add_word(out, policy::to_string(right)); });
    return out;
}

policy::RightSet parse_rights(std::string_view text) {
    policy::RightSet rights;
    for_each_word(text, [&](std::string_view word) {
        if (const auto right = policy::parse_right(word)) rights |= {*right};
    });
    return rights;
}

Result<Roster> load_roster(Database& database, const sealing::ColumnSealer& sealer,
                           OrganisationId organisation) {
    Roster roster{.organisation = organisation, .rules = {}, .accounts = {}, .roles = {}, .groups = {}};
    VEDETTE_TRY(roster.rules, load_access_rules(database, organisation));
    VEDETTE_CHECK(load_accounts(database, sealer, roster));
    VEDETTE_CHECK(load_roles(database, roster));
    VEDETTE_CHECK(load_groups(database, roster));
    return roster;
}

std::string user_name_key(const sealing::ColumnSealer& sealer, std::string_view key) {
    return to_hex(sealer.keyed_hash("users.name", as_bytes(key)));
}

Result<> insert_user(Database& database, const sealing::ColumnSealer& sealer, OrganisationId organisation,
                     const Account& account, const std::string& key, const std::string& phc) {
    const std::string name_key = user_name_key(sealer, key);
    VEDETTE_TRY(const auto others,
                database.query_int64("SELECT count(*) FROM users WHERE name_key = ?", name_key));
    if (others.value_or(0) != 0)
        return fail(ErrorKind::conflict, "name: There is a user of this name already");
    VEDETTE_CHECK(database.run(
        "INSERT INTO users (id, organisation_id, name_sealed, name_key, password_phc, created_90k) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        ByteView(account.id.bytes()), ByteView(organisation.bytes()),
        sealer.seal(user_name_place(account.id), as_bytes(account.name)), name_key, phc,
        ticks(account.created)));
    return write_assignments(database, account.id, account.assignments);
}

Result<> update_user(Database& database, OrganisationId organisation, UserId user, const UserChange& change) {
    VEDETTE_CHECK(database.run(
        "UPDATE users SET suspended = coalesce(?, suspended), second_person = coalesce(?, "
        "second_person) WHERE id = ? AND organisation_id = ?",
        change.suspended, change.second_person, ByteView(user.bytes()), ByteView(organisation.bytes())));
    if (database.changes() == 0) return no_such_user();
    if (change.suspended.value_or(false)) VEDETTE_CHECK(delete_api_tokens_of(database, user));
    if (change.assignments) VEDETTE_CHECK(write_assignments(database, user, *change.assignments));
    return {};
}

Result<> delete_user(Database& database, OrganisationId organisation, UserId user) {
    VEDETTE_CHECK(database.run("DELETE FROM users WHERE id = ? AND organisation_id = ?",
                               ByteView(user.bytes()), ByteView(organisation.bytes())));
    if (database.changes() == 0) return no_such_user();
    return {};
}

Result<> write_password(Database& database, UserId user, const std::string& phc) {
    VEDETTE_CHECK(
        database.run("UPDATE users SET password_phc = ? WHERE id = ?", phc, ByteView(user.bytes())));
    return database.run("DELETE FROM invitations WHERE user_id = ?", ByteView(user.bytes()));
}

Result<> set_invitation(Database& database, UserId user, const crypto::Sha256Digest& code, UtcTime expires) {
    VEDETTE_CHECK(database.run("UPDATE users SET password_phc = '' WHERE id = ?", ByteView(user.bytes())));
    VEDETTE_CHECK(remove_authenticator(database, user));
    VEDETTE_CHECK(remove_passkeys(database, user));
    VEDETTE_CHECK(remove_mail_address(database, user));
    VEDETTE_CHECK(drop_useless_recovery_codes(database, user));
    VEDETTE_CHECK(delete_api_tokens_of(database, user));
    return database.run(
        "INSERT OR REPLACE INTO invitations (user_id, code_sha256, expires_90k) VALUES (?, ?, ?)",
        ByteView(user.bytes()), ByteView(code), ticks(expires));
}

Result<> put_role(Database& database, OrganisationId organisation, const Role& role) {
    for (const Role& ready : ready_roles())
        if (ready.name == role.name)
            return fail(ErrorKind::conflict, "name: There is a role of this name already");
    VEDETTE_CHECK(taken_name(database,
                             "SELECT count(*) FROM roles WHERE organisation_id = ? AND name = ? AND id <> ?",
                             ByteView(organisation.bytes()), role.name, ByteView(role.id.bytes()), "role"));
    std::optional<std::string> schedule;
    if (role.schedule) schedule = role.schedule->text();
    std::optional<std::string> networks;
    if (role.networks) networks = networks_text(*role.networks);
    std::optional<std::string> clients;
    if (role.clients) clients = kinds_text(*role.clients);
    return database.run(
        "INSERT OR REPLACE INTO roles (id, organisation_id, name, rights, max_age_days, schedule, networks, "
        "client_kinds) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ByteView(role.id.bytes()), ByteView(organisation.bytes()), role.name, rights_text(role.rights),
        role.max_age_days, schedule, networks, clients);
}

Result<> delete_role(Database& database, OrganisationId organisation, RoleId role) {
    VEDETTE_TRY(const auto users,
                database.query_int64("SELECT count(DISTINCT user_id) FROM assignments WHERE role_id = ?",
                                     ByteView(role.bytes())));
    if (users.value_or(0) != 0)
        return fail(ErrorKind::conflict, "{} user{} this role; take it from {} first", *users,
                    *users == 1 ? " has" : "s have", *users == 1 ? "that user" : "them");
    VEDETTE_CHECK(database.run("DELETE FROM roles WHERE id = ? AND organisation_id = ?",
                               ByteView(role.bytes()), ByteView(organisation.bytes())));
    if (database.changes() == 0)
        return fail(ErrorKind::not_found, "There is no such role; it may have been deleted");
    return database.run("DELETE FROM second_person_roles WHERE role_id = ?", ByteView(role.bytes()));
}

Result<> put_group(Database& database, OrganisationId organisation, const CameraGroup& group) {
    VEDETTE_CHECK(taken_name(
        database, "SELECT count(*) FROM camera_groups WHERE organisation_id = ? AND name = ? AND id <> ?",
        ByteView(organisation.bytes()), group.name, ByteView(group.id.bytes()), "camera group"));
    VEDETTE_CHECK(
        database.run("INSERT INTO camera_groups (id, organisation_id, name) VALUES (?, ?, ?) "
                     "ON CONFLICT (id) DO UPDATE SET name = excluded.name",
                     ByteView(group.id.bytes()), ByteView(organisation.bytes()), group.name));
    VEDETTE_CHECK(
        database.run("DELETE FROM camera_group_members WHERE group_id = ?", ByteView(group.id.bytes())));
    for (const CameraId& camera : group.cameras)
        VEDETTE_CHECK(
            database.run("INSERT OR IGNORE INTO camera_group_members (group_id, camera_id) VALUES (?, ?)",
                         ByteView(group.id.bytes()), ByteView(camera.bytes())));
    return {};
}

Result<> delete_group(Database& database, OrganisationId organisation, CameraGroupId group) {
    VEDETTE_TRY(const auto users,
                database.query_int64("SELECT count(DISTINCT user_id) FROM assignments WHERE scope_id = ?",
                                     ByteView(group.bytes())));
    if (users.value_or(0) != 0)
        return fail(ErrorKind::conflict, "{} user{} over this group; take {} first", *users,
                    *users == 1 ? " has a role" : "s have roles", *users == 1 ? "it" : "them");
    VEDETTE_CHECK(database.run("DELETE FROM camera_groups WHERE id = ? AND organisation_id = ?",
                               ByteView(group.bytes()), ByteView(organisation.bytes())));
    if (database.changes() == 0)
        return fail(ErrorKind::not_found, "There is no such camera group; it may have been deleted");
    return {};
}

}  // namespace vedette::hub::identity
