#include "hub/identity/passkey_table.hpp"

namespace vedette::hub::identity {

namespace {

constexpr std::string_view passkey_columns =
    "id, user_id, name_sealed, rp_id, credential_sealed, public_key, sign_count, backup_eligible, backed_up, "
    "created_90k, last_used_90k";

sealing::Place passkey_place(std::string_view column, const PasskeyId& id) {
    return {.table = "passkeys", .column = column, .row = id.bytes()};
}

Result<Passkey> passkey_in(const store::Statement& row, const sealing::ColumnSealer& sealer) {
    Passkey passkey{.id = PasskeyId::from_bytes(row.blob(0)),
                    .user = UserId::from_bytes(row.blob(1)),
                    .name = {},
                    .rp_id = std::string(row.text(3)),
                    .credential_id = {},
                    .public_key = Bytes(row.blob(5).begin(), row.blob(5).end()),
                    .sign_count = static_cast<std::uint32_t>(row.int64(6)),
                    .backup_eligible = row.int64(7) != 0,
                    .backed_up = row.int64(8) != 0,
                    .created = from_ticks(row.int64(9)),
                    .last_used = {}};
    if (!row.is_null(10)) passkey.last_used = from_ticks(row.int64(10));
    VEDETTE_TRY(const Bytes name, sealer.unseal(passkey_place("name", passkey.id), row.blob(2)));
    passkey.name = as_text(name);
    VEDETTE_TRY(passkey.credential_id, sealer.unseal(passkey_place("credential", passkey.id), row.blob(4)));
    return passkey;
}

}  // namespace

Result<std::optional<Passkey>> find_passkey(store::Database& database, const sealing::ColumnSealer& sealer,
                                            ByteView credential_id) {
    VEDETTE_TRY(auto row, database.prepare(fmt::format("SELECT {} FROM passkeys WHERE credential_sha256 = ?",
                                                       passkey_columns)));
    row.bind_all(ByteView(crypto::sha256(credential_id)));
    VEDETTE_TRY(const bool found, row.step());
    if (!found) return std::nullopt;
    return passkey_in(row, sealer);
}

Result<std::vector<Passkey>> load_passkeys(store::Database& database, const sealing::ColumnSealer& sealer,
                                           UserId user) {
    VEDETTE_TRY(auto row, database.prepare(fmt::format(
                              "SELECT {} FROM passkeys WHERE user_id = ? ORDER BY rowid", passkey_columns)));
    row.bind_all(ByteView(user.bytes()));
    std::vector<Passkey> passkeys;
    for (;;) {
        VEDETTE_TRY(const bool more, row.step());
        if (!more) return passkeys;
        VEDETTE_TRY(Passkey passkey, passkey_in(row, sealer));
        passkeys.push_back(std::move(passkey));
    }
}

Result<> insert_passkey(store::Database& database, const sealing::ColumnSealer& sealer,
                        const Passkey& passkey) {
    const auto digest = crypto::sha256(passkey.credential_id);
    VEDETTE_TRY(
        const auto others,
        database.query_int64("SELECT count(*) FROM passkeys WHERE credential_sha256 = ?", ByteView(digest)));
    if (others.value_or(0) != 0) return fail(ErrorKind::conflict, "This passkey is registered already");
    return database.run(
        "INSERT INTO passkeys (id, user_id, name_sealed, rp_id, credential_sha256, credential_sealed, "
        "public_key, sign_count, backup_eligible, backed_up, created_90k) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?)",
        ByteView(passkey.id.bytes()), ByteView(passkey.user.bytes()),
        sealer.seal(passkey_place("name", passkey.id), as_bytes(passkey.name)), passkey.rp_id,
        ByteView(digest), sealer.seal(passkey_place("credential", passkey.id), passkey.credential_id),
        passkey.public_key, passkey.sign_count, passkey.backup_eligible, passkey.backed_up,
        ticks(passkey.created));
}

Result<> note_use(store::Database& database, const Passkey& passkey) {
    return database.run("UPDATE passkeys SET sign_count = ?, backed_up = ?, last_used_90k = ? WHERE id = ?",
                        passkey.sign_count, passkey.backed_up,
                        passkey.last_used ? std::optional(ticks(*passkey.last_used)) : std::nullopt,
                        ByteView(passkey.id.bytes()));
}

Result<> rename_passkey(store::Database& database, const sealing::ColumnSealer& sealer, UserId user,
                        PasskeyId passkey, const std::string& name) {
    return database.run("UPDATE passkeys SET name_sealed = ? WHERE user_id = ? AND id = ?",
                        sealer.seal(passkey_place("name", passkey), as_bytes(name)), ByteView(user.bytes()),
                        ByteView(passkey.bytes()));
}

Result<> remove_passkey(store::Database& database, UserId user, PasskeyId passkey) {
    return database.run("DELETE FROM passkeys WHERE user_id = ? AND id = ?", ByteView(user.bytes()),
                        ByteView(passkey.bytes()));
}

Result<> remove_passkeys(store::Database& database, UserId user) {
    return database.run("DELETE FROM passkeys WHERE user_id = ?", ByteView(user.bytes()));
}

}  // namespace vedette::hub::identity
