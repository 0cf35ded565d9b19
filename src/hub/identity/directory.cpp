#include "hub/identity/directory.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/log.hpp"
#include "hub/identity/roster_table.hpp"

namespace vedette::hub::identity {

namespace {

// Times are 90 kHz ticks since 1970-01-01 UTC. Tokens and codes are here as SHA-256 only.
constexpr std::array<store::Migration, 13> migrations = {R"sql(
CREATE TABLE organisations (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    created_90k INTEGER NOT NULL
) STRICT;
CREATE TABLE users (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL UNIQUE,  -- as it is looked up
    role            TEXT NOT NULL CHECK (role IN ('administrator')),
    password_phc    TEXT NOT NULL,         -- Argon2id
    created_90k     INTEGER NOT NULL
) STRICT;
CREATE TABLE sessions (
    token_sha256  BLOB PRIMARY KEY CHECK (length(token_sha256) = 32),
    user_id       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_90k   INTEGER NOT NULL,
    last_used_90k INTEGER NOT NULL
) STRICT;
CREATE TABLE claim_code (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    code_sha256 BLOB NOT NULL CHECK (length(code_sha256) = 32),
    created_90k INTEGER NOT NULL
) STRICT;
)sql",
                                                         R"sql(
CREATE TABLE roles (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    name            TEXT NOT NULL,
    rights          TEXT NOT NULL,                            -- names, separated by spaces
    max_age_days    INTEGER CHECK (max_age_days > 0),
    schedule        TEXT CHECK (length(schedule) = 168),      -- policy::WeeklySchedule
    UNIQUE (organisation_id, name)
) STRICT;
CREATE TABLE camera_groups (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    name            TEXT NOT NULL,
    UNIQUE (organisation_id, name)
) STRICT;
CREATE TABLE camera_group_members (
    group_id  BLOB NOT NULL REFERENCES camera_groups (id) ON DELETE CASCADE,
    camera_id BLOB NOT NULL CHECK (length(camera_id) = 16),
    PRIMARY KEY (group_id, camera_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE assignments (
    user_id  BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    place    INTEGER NOT NULL,           -- in the user's list
    role_id  BLOB NOT NULL CHECK (length(role_id) = 16),
    scope    TEXT NOT NULL CHECK (scope IN ('organisation', 'group', 'camera')),
    scope_id BLOB CHECK (length(scope_id) = 16),
    denies   INTEGER NOT NULL CHECK (denies IN (0, 1)),
    PRIMARY KEY (user_id, place),
    CHECK ((scope = 'organisation') = (scope_id IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE invitations (
    user_id     BLOB PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    code_sha256 BLOB NOT NULL CHECK (length(code_sha256) = 32),
    expires_90k INTEGER NOT NULL
) STRICT;
INSERT INTO assignments (user_id, place, role_id, scope, scope_id, denies)
    SELECT id, 0, x'00000000000040008000000000000001', 'organisation', NULL, 0 FROM users;
ALTER TABLE users DROP COLUMN role;
ALTER TABLE users ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0 CHECK (suspended IN (0, 1));
)sql",
                                                         R"sql(
CREATE TABLE authenticators (
    user_id       BLOB PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret_sealed BLOB NOT NULL,
    confirmed     INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
    last_step     INTEGER NOT NULL          -- of RFC 6238, that a code was used of
) STRICT;
CREATE TABLE recovery_codes (
    user_id     BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_sha256 BLOB NOT NULL CHECK (length(code_sha256) = 32),
    PRIMARY KEY (user_id, code_sha256)
) STRICT, WITHOUT ROWID;
CREATE TABLE access_rules (
    organisation_id BLOB PRIMARY KEY REFERENCES organisations (id),
    second_factor   TEXT NOT NULL CHECK (second_factor IN ('nobody', 'administrators', 'everybody'))
) STRICT;
ALTER TABLE sessions ADD COLUMN origin_sealed BLOB;     -- address and client
)sql",
                                                         R"sql(
CREATE TABLE roles_new (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    name            TEXT NOT NULL,
    rights          TEXT NOT NULL,          -- names, separated by spaces
    max_age_days    INTEGER CHECK (max_age_days > 0),
    schedule        TEXT,                   -- policy::WeeklySchedule
    networks        TEXT,                   -- IpNetwork, separated by spaces
    UNIQUE (organisation_id, name)
) STRICT;
INSERT INTO roles_new SELECT id, organisation_id, name, rights, max_age_days, schedule, NULL FROM roles;
DROP TABLE roles;
ALTER TABLE roles_new RENAME TO roles;
CREATE TABLE holidays (
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    day             TEXT NOT NULL,          -- as in RFC 3339
    yearly          INTEGER NOT NULL CHECK (yearly IN (0, 1)),
    name            TEXT NOT NULL,
    PRIMARY KEY (organisation_id, day, yearly)
) STRICT, WITHOUT ROWID;
-- Missing: as the program has it.
ALTER TABLE access_rules ADD COLUMN session_idle_minutes INTEGER;
ALTER TABLE access_rules ADD COLUMN session_hours INTEGER;
ALTER TABLE access_rules ADD COLUMN lock_out TEXT;
)sql",
                                                         R"sql(
CREATE TABLE passkeys (
    id                BLOB PRIMARY KEY CHECK (length(id) = 16),
    user_id           BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name_sealed       BLOB NOT NULL,
    rp_id             TEXT NOT NULL,        -- the name of this server that it belongs to
    credential_sha256 BLOB NOT NULL UNIQUE CHECK (length(credential_sha256) = 32),
    credential_sealed BLOB NOT NULL,        -- the id that the authenticator gave it
    public_key        BLOB NOT NULL,        -- COSE_Key of RFC 9052
    sign_count        INTEGER NOT NULL,
    backup_eligible   INTEGER NOT NULL CHECK (backup_eligible IN (0, 1)),
    backed_up         INTEGER NOT NULL CHECK (backed_up IN (0, 1)),
    created_90k       INTEGER NOT NULL,
    last_used_90k     INTEGER
) STRICT;
CREATE INDEX passkeys_by_user ON passkeys (user_id);
)sql",
                                                         R"sql(
CREATE TABLE api_tokens (
    id             BLOB PRIMARY KEY CHECK (length(id) = 16),
    token_sha256   BLOB NOT NULL UNIQUE CHECK (length(token_sha256) = 32),
    user_id        BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name           TEXT NOT NULL,
    rights         TEXT NOT NULL,                               -- names, separated by spaces
    cameras        BLOB CHECK (length(cameras) % 16 = 0),       -- ids; NULL: all
    created_90k    INTEGER NOT NULL,
    expires_90k    INTEGER NOT NULL,
    last_used_90k  INTEGER,
    address_sealed BLOB,                                        -- of the last use
    UNIQUE (user_id, name)
) STRICT;
)sql",
                                                         R"sql(
CREATE TABLE safeguards (
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    action          TEXT NOT NULL,              -- policy::Action
    step_up         INTEGER NOT NULL CHECK (step_up IN (0, 1)),
    second_person   INTEGER NOT NULL CHECK (second_person IN (0, 1)),
    PRIMARY KEY (organisation_id, action)
) STRICT, WITHOUT ROWID;
)sql",
                                                         R"sql(
-- Whose sign-in takes a second person: users, and whoever was given one of some roles.
ALTER TABLE users ADD COLUMN second_person INTEGER NOT NULL DEFAULT 0 CHECK (second_person IN (0, 1));
CREATE TABLE second_person_roles (
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    role_id         BLOB NOT NULL CHECK (length(role_id) = 16),
    PRIMARY KEY (organisation_id, role_id)
) STRICT, WITHOUT ROWID;
)sql",
                                                         R"sql(
CREATE TABLE break_glass (
    user_id     BLOB PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    code_sha256 BLOB UNIQUE CHECK (length(code_sha256) = 32),  -- NULL: it was used
    made_90k    INTEGER NOT NULL,                               -- the envelope
    used_90k    INTEGER                                         -- NULL: it is sealed
) STRICT;
)sql",
                                                         R"sql(
CREATE TABLE mail_addresses (
    user_id        BLOB PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    address_sealed BLOB NOT NULL           -- a code that was sent there came back
) STRICT;
ALTER TABLE access_rules ADD COLUMN mail_codes INTEGER NOT NULL DEFAULT 0 CHECK (mail_codes IN (0, 1));
)sql",
                                                         R"sql(
ALTER TABLE roles ADD COLUMN client_kinds TEXT;         -- policy::ClientKind, separated by spaces; NULL: any
-- Sound is a right of its own from here on, and whoever saw or played back heard. Denials stay what they
-- were: a role that took some of these rights away took no sound from the others, so that it is denied as a
-- copy without it.
CREATE TEMP TABLE denied_roles AS
    SELECT r.id AS old_id, randomblob(16) AS new_id, r.organisation_id, r.name, r.rights, r.max_age_days,
           r.schedule, r.networks
    FROM (SELECT id, organisation_id, name, rights, max_age_days, schedule, networks FROM roles
          UNION ALL
          SELECT x'00000000000040008000000000000002', id, 'Viewer', 'see_live', NULL, NULL, NULL
          FROM organisations
          UNION ALL
          SELECT x'00000000000040008000000000000003', id, 'Operator',
                 'see_live play_back see_events control_ptz switch_relays talk', NULL, NULL, NULL
          FROM organisations) r
    WHERE r.id IN (SELECT role_id FROM assignments WHERE denies = 1)
      AND (instr(r.rights, 'see_live') OR instr(r.rights, 'play_back') OR
           instr(r.rights, 'export_recordings'))
      AND NOT (instr(r.rights, 'see_live') AND instr(r.rights, 'play_back') AND
               instr(r.rights, 'export_recordings'));
UPDATE roles SET rights = rights || ' hear'
    WHERE instr(rights, 'see_live') OR instr(rights, 'play_back') OR instr(rights, 'export_recordings');
INSERT INTO roles (id, organisation_id, name, rights, max_age_days, schedule, networks)
    SELECT new_id, organisation_id,
           substr(name, 1, 30) || ', without hear ' || lower(hex(substr(new_id, 1, 4))), rights,
           max_age_days, schedule, networks
    FROM denied_roles;
UPDATE assignments SET role_id = (SELECT new_id FROM denied_roles WHERE old_id = role_id)
    WHERE denies = 1 AND role_id IN (SELECT old_id FROM denied_roles);
DROP TABLE denied_roles;
UPDATE api_tokens SET rights = rights || ' hear'
    WHERE instr(rights, 'see_live') OR instr(rights, 'play_back') OR instr(rights, 'export_recordings');
)sql",
                                                         R"sql(
ALTER TABLE api_tokens ADD COLUMN client_kind TEXT NOT NULL DEFAULT 'api';     -- policy::ClientKind
-- SHA-256 of the DER form of the certificate that it is bound to; NULL: it takes none.
ALTER TABLE api_tokens ADD COLUMN certificate_sha256 BLOB CHECK (length(certificate_sha256) = 32);
-- 1: the certificate is all it takes, and token_sha256 that of no token.
ALTER TABLE api_tokens ADD COLUMN device INTEGER NOT NULL DEFAULT 0
    CHECK (device IN (0, 1) AND (device = 0 OR certificate_sha256 IS NOT NULL));
CREATE UNIQUE INDEX devices_by_certificate ON api_tokens (certificate_sha256) WHERE device = 1;
)sql",
                                                         R"sql(
-- Names of people are sealed; those that are looked up are found by a keyed hash, in hexadecimal digits.
ALTER TABLE users ADD COLUMN name_sealed BLOB NOT NULL DEFAULT x'';
UPDATE users SET name_sealed = seal('users', 'name', id, name), name_key = lower(hex(keyed_hash('users.name', name_key)));
ALTER TABLE users DROP COLUMN name;
ALTER TABLE api_tokens RENAME COLUMN name TO name_key;
ALTER TABLE api_tokens ADD COLUMN name_sealed BLOB NOT NULL DEFAULT x'';
UPDATE api_tokens SET name_sealed = seal('api_tokens', 'name', id, name_key), name_key = lower(hex(keyed_hash('api_tokens.name', name_key)));
CREATE TABLE rewriting (owed INTEGER NOT NULL);
INSERT INTO rewriting VALUES (1);
)sql"};

constexpr std::int64_t first_with_sealed_names = 13;

sealing::Place origin_place(const SessionDigest& digest) {
    return {.table = "sessions", .column = "origin", .row = digest};
}

// What migrations seal with.
std::vector<store::Function> sealing_functions(const sealing::ColumnSealer& sealer) {
    const auto seal = [&sealer](std::span<const ByteView> arguments) {
        return sealer.seal(
            {.table = as_text(arguments[0]), .column = as_text(arguments[1]), .row = arguments[2]},
            arguments[3]);
    };
    const auto keyed_hash = [&sealer](std::span<const ByteView> arguments) {
        const auto hash = sealer.keyed_hash(as_text(arguments[0]), arguments[1]);
        return Bytes(hash.begin(), hash.end());
    };
    return {{.name = "seal", .arguments = 4, .body = seal},
            {.name = "keyed_hash", .arguments = 2, .body = keyed_hash}};
}

// A key that is made anew would open no name, and nobody could sign in.
Result<> key_is_there(const std::filesystem::path& path, const std::filesystem::path& key) {
    if (std::filesystem::exists(key) || !std::filesystem::exists(path)) return {};
    VEDETTE_TRY(store::Database database, store::Database::open_any(path));
    VEDETTE_TRY(const auto version, database.query_int64("PRAGMA user_version"));
    if (version.value_or(0) < first_with_sealed_names) return {};
    VEDETTE_TRY(const auto user, database.query_int64("SELECT 1 FROM users LIMIT 1"));
    if (!user) return {};
    return fail(ErrorKind::not_found,
                "{} is missing, under which the names of users are sealed: bring it back from a backup",
                key.string());
}

}  // namespace

Result<Directory> Directory::open(const std::filesystem::path& path, UtcTime now) {
    const std::filesystem::path key = path.parent_path() / "data.key";
    VEDETTE_CHECK(key_is_there(path, key));
    VEDETTE_TRY(auto sealer, sealing::ColumnSealer::open(key));
    const auto functions = sealing_functions(sealer);
    VEDETTE_TRY(store::Database database,
                store::Database::open(path, migrations, store::Access::read_write_create, functions));
    VEDETTE_CHECK(database.execute("PRAGMA secure_delete=ON"));
    if (const auto rewritten = database.rewrite_if_owed(); !rewritten)
        log::warn("names that lay open may be left in {} until the next start: {}", path.string(),
                  rewritten.error().message);
    Directory directory(std::move(database), std::move(sealer));
    {
        VEDETTE_TRY(auto row, directory.database_.prepare("SELECT id FROM organisations LIMIT 1"));
        VEDETTE_TRY(const bool found, row.step());
        if (found) {
            directory.organisation_ = OrganisationId::from_bytes(row.blob(0));
            return directory;
        }
    }
    directory.organisation_ = OrganisationId::random();
    VEDETTE_CHECK(directory.database_.run("INSERT INTO organisations (id, created_90k) VALUES (?, ?)",
                                          ByteView(directory.organisation_.bytes()), ticks(now)));
    return directory;
}

Result<bool> Directory::has_users() {
    VEDETTE_TRY(const auto row, database_.query_int64("SELECT 1 FROM users LIMIT 1"));
    return row.has_value();
}

Result<Roster> Directory::roster() {
    return load_roster(database_, sealer_, organisation_);
}

Result<Roster> Directory::change(const std::function<Result<>(store::Database&, const Roster&)>& body) {
    VEDETTE_TRY(auto transaction, store::Transaction::begin(database_));
    VEDETTE_TRY(const Roster before, roster());
    VEDETTE_CHECK(body(database_, before));
    VEDETTE_TRY(Roster after, roster());
    VEDETTE_CHECK(check(after));
    VEDETTE_CHECK(transaction.commit());
    return after;
}

Result<std::optional<Credentials>> Directory::credentials(const std::string& key) {
    VEDETTE_TRY(auto row, database_.prepare(
                              "SELECT u.id, u.suspended, u.password_phc, i.code_sha256, i.expires_90k FROM "
                              "users u LEFT JOIN invitations i ON i.user_id = u.id WHERE u.name_key = ?"));
    row.bind_all(user_name_key(sealer_, key));
    VEDETTE_TRY(const bool found, row.step());
    if (!found) return std::nullopt;
    Credentials credentials{.user = UserId::from_bytes(row.blob(0)),
                            .suspended = row.int64(1) != 0,
                            .password_phc = std::string(row.text(2)),
                            .invitation = {}};
    if (const ByteView code = row.blob(3); code.size() == crypto::Sha256Digest().size()) {
        Credentials::Invitation invitation{.code = {}, .expires = from_ticks(row.int64(4))};
        std::ranges::copy(code, invitation.code.begin());
        credentials.invitation = invitation;
    }
    return credentials;
}

Result<> Directory::set_password(UserId user, const std::string& phc) {
    VEDETTE_TRY(auto transaction, store::Transaction::begin(database_));
    VEDETTE_CHECK(write_password(database_, user, phc));
    return transaction.commit();
}

Result<> Directory::set_claim_code(const crypto::Sha256Digest& digest, UtcTime now) {
    return database_.run("INSERT OR REPLACE INTO claim_code (id, code_sha256, created_90k) VALUES (1, ?, ?)",
                         ByteView(digest), ticks(now));
}

Result<> Directory::add_session(const Session& session) {
    return database_.run(
        "INSERT INTO sessions (token_sha256, user_id, created_90k, last_used_90k, origin_sealed) "
        "VALUES (?, ?, ?, ?, ?)",
        ByteView(session.digest), ByteView(session.user.id.bytes()), ticks(session.created),
        ticks(session.last_used),
        sealer_.seal(origin_place(session.digest), as_bytes(session.address + "\n" + session.client)));
}

Result<> Directory::touch_session(const SessionDigest& digest, UtcTime last_used) {
    return database_.run("UPDATE sessions SET last_used_90k = ? WHERE token_sha256 = ?", ticks(last_used),
                         ByteView(digest));
}

Result<> Directory::remove_session(const SessionDigest& digest) {
    return database_.run("DELETE FROM sessions WHERE token_sha256 = ?", ByteView(digest));
}

Result<std::vector<Session>> Directory::load_sessions(UtcTime idle_since, UtcTime created_since) {
    VEDETTE_CHECK(database_.run("DELETE FROM sessions WHERE last_used_90k <= ? OR created_90k <= ?",
                                ticks(idle_since), ticks(created_since)));
    VEDETTE_TRY(auto row,
                database_.prepare(
                    "SELECT token_sha256, created_90k, last_used_90k, user_id, origin_sealed FROM sessions"));
    std::vector<Session> sessions;
    for (;;) {
        VEDETTE_TRY(const bool more, row.step());
        if (!more) return sessions;
        Session session;
        const ByteView digest = row.blob(0);
        if (digest.size() != session.digest.size()) continue;
        std::ranges::copy(digest, session.digest.begin());
        session.created = from_ticks(row.int64(1));
        session.last_used = from_ticks(row.int64(2));
        session.user.id = UserId::from_bytes(row.blob(3));
        // One from before, or that does not open, is of unknown origin.
        if (const auto origin = sealer_.unseal(origin_place(session.digest), row.blob(4))) {
            const std::string_view text = as_text(*origin);
            session.address = text.substr(0, text.find('\n'));
            session.client = text.substr(std::min(text.size(), session.address.size() + 1));
        }
        sessions.push_back(std::move(session));
    }
}

}  // namespace vedette::hub::identity
