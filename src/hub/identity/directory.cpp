#include "hub/identity/directory.hpp"

#include <algorithm>
#include <array>

namespace vedette::hub::identity {

namespace {

// Times are 90 kHz ticks since 1970-01-01 UTC. Tokens and codes are here as SHA-256 only.
constexpr std::array<store::Migration, 1> migrations = {R"sql(
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
)sql"};

std::int64_t ticks(UtcTime time) {
    return time.time_since_epoch().count();
}
UtcTime time_of(std::int64_t ticks_90k) {
    return UtcTime(Ticks90k(ticks_90k));
}

// CHECK in the schema holds the lengths.
template <class IdType>
IdType id_of(ByteView bytes) {
    Uuid uuid;
    std::ranges::copy(bytes.first(std::min(bytes.size(), uuid.bytes.size())), uuid.bytes.begin());
    return IdType(uuid);
}
template <class IdType>
ByteView bytes_of(const IdType& id) {
    return id.bytes();
}

}  // namespace

Result<Directory> Directory::open(const std::filesystem::path& path, UtcTime now) {
    VEDETTE_TRY(store::Database database, store::Database::open(path, migrations));
    Directory directory(std::move(database));
    {
        VEDETTE_TRY(auto row, directory.database_.prepare("SELECT id FROM organisations LIMIT 1"));
        VEDETTE_TRY(const bool found, row.step());
        if (found) {
            directory.organisation_ = id_of<OrganisationId>(row.blob(0));
            return directory;
        }
    }
    directory.organisation_ = OrganisationId::random();
    VEDETTE_CHECK(directory.database_.run("INSERT INTO organisations (id, created_90k) VALUES (?, ?)",
                                          bytes_of(directory.organisation_), ticks(now)));
    return directory;
}

Result<bool> Directory::has_users() {
    VEDETTE_TRY(const auto row, database_.query_int64("SELECT 1 FROM users LIMIT 1"));
    return row.has_value();
}

Result<std::optional<UserRecord>> Directory::find_user(const std::string& key) {
    VEDETTE_TRY(
        auto row,
        database_.prepare("SELECT id, organisation_id, name, password_phc FROM users WHERE name_key = ?"));
    row.bind_all(key);
    VEDETTE_TRY(const bool found, row.step());
    if (!found) return std::nullopt;
    return UserRecord{.user = {.id = id_of<UserId>(row.blob(0)),
                               .organisation = id_of<OrganisationId>(row.blob(1)),
                               .role = policy::Role::administrator,
                               .name = std::string(row.text(2))},
                      .password_phc = std::string(row.text(3))};
}

Result<> Directory::set_password(UserId user, const std::string& phc) {
    return database_.run("UPDATE users SET password_phc = ? WHERE id = ?", phc, bytes_of(user));
}

Result<> Directory::set_claim_code(const crypto::Sha256Digest& digest, UtcTime now) {
    return database_.run("INSERT OR REPLACE INTO claim_code (id, code_sha256, created_90k) VALUES (1, ?, ?)",
                         ByteView(digest), ticks(now));
}

Result<policy::User> Directory::create_first_user(const std::string& name, const std::string& key,
                                                  const std::string& phc, UtcTime now) {
    VEDETTE_TRY(auto transaction, store::Transaction::begin(database_));
    VEDETTE_TRY(const bool claimed, has_users());
    if (claimed) return fail(ErrorKind::conflict, "This installation has its administrator; sign in instead");
    policy::User user{.id = UserId::random(),
                      .organisation = organisation_,
                      .role = policy::Role::administrator,
                      .name = name};
    VEDETTE_CHECK(
        database_.run("INSERT INTO users (id, organisation_id, name, name_key, role, password_phc, "
                      "created_90k) VALUES (?, ?, ?, ?, ?, ?, ?)",
                      bytes_of(user.id), bytes_of(user.organisation), name, key, policy::to_string(user.role),
                      phc, ticks(now)));
    VEDETTE_CHECK(database_.run("DELETE FROM claim_code"));
    VEDETTE_CHECK(transaction.commit());
    return user;
}

Result<> Directory::add_session(const Session& session) {
    return database_.run(
        "INSERT INTO sessions (token_sha256, user_id, created_90k, last_used_90k) VALUES (?, ?, ?, ?)",
        ByteView(session.digest), bytes_of(session.user.id), ticks(session.created),
        ticks(session.last_used));
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
    VEDETTE_TRY(auto row, database_.prepare(
                              "SELECT s.token_sha256, s.created_90k, s.last_used_90k, u.id, "
                              "u.organisation_id, u.name FROM sessions s JOIN users u ON u.id = s.user_id"));
    std::vector<Session> sessions;
    for (;;) {
        VEDETTE_TRY(const bool more, row.step());
        if (!more) return sessions;
        Session session;
        const ByteView digest = row.blob(0);
        if (digest.size() != session.digest.size()) continue;
        std::ranges::copy(digest, session.digest.begin());
        session.created = time_of(row.int64(1));
        session.last_used = time_of(row.int64(2));
        session.user = {.id = id_of<UserId>(row.blob(3)),
                        .organisation = id_of<OrganisationId>(row.blob(4)),
                        .role = policy::Role::administrator,
                        .name = std::string(row.text(5))};
        sessions.push_back(std::move(session));
    }
}

}  // namespace vedette::hub::identity
