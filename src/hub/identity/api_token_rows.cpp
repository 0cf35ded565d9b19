#include "hub/identity/api_token_rows.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "hub/identity/roster_table.hpp"
#include "hub/identity/rows.hpp"

namespace vedette::hub::identity {

namespace {

sealing::Place address_place(const ApiTokenId& id) {
    return {.table = "api_tokens", .column = "address", .row = id.bytes()};
}

sealing::Place name_place(const ApiTokenId& id) {
    return {.table = "api_tokens", .column = "name", .row = id.bytes()};
}

// Ids one after the other.
std::optional<Bytes> packed(const std::optional<std::vector<CameraId>>& cameras) {
    if (!cameras) return std::nullopt;
    Bytes out;
    for (const CameraId& camera : *cameras)
        out.insert(out.end(), camera.bytes().begin(), camera.bytes().end());
    return out;
}

std::vector<CameraId> unpacked(ByteView bytes) {
    constexpr std::size_t id_size = 16;
    std::vector<CameraId> cameras;
    for (; bytes.size() >= id_size; bytes = bytes.subspan(id_size))
        cameras.push_back(CameraId::from_bytes(bytes.first(id_size)));
    return cameras;
}

}  // namespace

Result<std::vector<ApiToken>> load_api_tokens(store::Database& database, const sealing::ColumnSealer& sealer,
                                              UtcTime now) {
    VEDETTE_CHECK(
        database.run("DELETE FROM api_tokens WHERE expires_90k <= ?", ticks(now - keep_expired_tokens)));
    std::vector<ApiToken> tokens;
    VEDETTE_CHECK(for_each_row(
        database,
        "SELECT id, token_sha256, user_id, name_sealed, rights, cameras, created_90k, expires_90k, "
        "last_used_90k, "
        "address_sealed, client_kind, certificate_sha256, device FROM api_tokens",
        [&](const store::Statement& row) {
            ApiToken token;
            token.id = ApiTokenId::from_bytes(row.blob(0));
            const ByteView digest = row.blob(1);
            if (digest.size() != token.digest.size()) return;
            std::ranges::copy(digest, token.digest.begin());
            token.user = UserId::from_bytes(row.blob(2));
            if (const auto name = sealer.unseal(name_place(token.id), row.blob(3)))
                token.name = as_text(*name);
            policy::TokenScope scope{.rights = parse_rights(row.text(4)), .cameras = {}};
            if (!row.is_null(5)) scope.cameras = unpacked(row.blob(5));
            token.scope = std::make_shared<const policy::TokenScope>(std::move(scope));
            token.created = from_ticks(row.int64(6));
            token.expires = from_ticks(row.int64(7));
            if (!row.is_null(8)) token.last_used = from_ticks(row.int64(8));
            // One that does not open is of unknown origin.
            if (!row.is_null(9))
                if (const auto address = sealer.unseal(address_place(token.id), row.blob(9)))
                    token.address = as_text(*address);
            token.kind = policy::parse_client_kind(row.text(10)).value_or(policy::ClientKind::api);
            if (!row.is_null(11)) {
                const ByteView certificate = row.blob(11);
                token.certificate.emplace();
                if (certificate.size() != token.certificate->size()) return;
                std::ranges::copy(certificate, token.certificate->begin());
            }
            token.device = row.int64(12) != 0;
            tokens.push_back(std::move(token));
        }));
    return tokens;
}

Result<> insert_api_token(store::Database& database, const sealing::ColumnSealer& sealer,
                          const ApiToken& token, std::int64_t most) {
    const ByteView user(token.user.bytes());
    VEDETTE_TRY(const auto count,
                database.query_int64("SELECT count(*) FROM api_tokens WHERE user_id = ?", user));
    if (count.value_or(0) >= most)
        return fail(ErrorKind::conflict,
                    "There are {} API tokens of this account, which is the most; revoke one first", most);
    const std::string name_key = to_hex(sealer.keyed_hash("api_tokens.name", as_bytes(token.name)));
    VEDETTE_TRY(const auto others,
                database.query_int64("SELECT count(*) FROM api_tokens WHERE user_id = ? AND name_key = ?",
                                     user, name_key));
    if (others.value_or(0) != 0)
        return fail(ErrorKind::conflict,
                    "name: This account has an API token or device of this name already");
    std::optional<Bytes> certificate;
    if (token.certificate) certificate.emplace(token.certificate->begin(), token.certificate->end());
    if (token.device) {
        VEDETTE_TRY(
            const auto same,
            database.query_int64(
                "SELECT count(*) FROM api_tokens WHERE device = 1 AND certificate_sha256 = ?", *certificate));
        if (same.value_or(0) != 0)
            return fail(ErrorKind::conflict,
                        "certificate: There is a device with this certificate already; revoke it first, or "
                        "give this one a key of its own");
    }
    return database.run(
        "INSERT INTO api_tokens (id, token_sha256, user_id, name_key, name_sealed, rights, cameras, "
        "created_90k, expires_90k, client_kind, certificate_sha256, device) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ByteView(token.id.bytes()), ByteView(token.digest), user, name_key,
        sealer.seal(name_place(token.id), as_bytes(token.name)), rights_text(token.scope->rights),
        packed(token.scope->cameras), ticks(token.created), ticks(token.expires),
        policy::to_string(token.kind), certificate, token.device);
}

Result<> touch_api_token(store::Database& database, const sealing::ColumnSealer& sealer,
                         const ApiToken& token) {
    std::optional<std::int64_t> last_used;
    if (token.last_used) last_used = ticks(*token.last_used);
    return database.run("UPDATE api_tokens SET last_used_90k = ?, address_sealed = ? WHERE id = ?", last_used,
                        sealer.seal(address_place(token.id), as_bytes(token.address)),
                        ByteView(token.id.bytes()));
}

Result<> delete_api_token(store::Database& database, UserId user, ApiTokenId token) {
    VEDETTE_CHECK(database.run("DELETE FROM api_tokens WHERE id = ? AND user_id = ?", ByteView(token.bytes()),
                               ByteView(user.bytes())));
    if (database.changes() == 0)
        return fail(ErrorKind::not_found, "There is no such API token; it may have been revoked");
    return {};
}

Result<> delete_api_tokens_of(store::Database& database, UserId user) {
    return database.run("DELETE FROM api_tokens WHERE user_id = ?", ByteView(user.bytes()));
}

}  // namespace vedette::hub::identity
