#include "hub/identity/authenticator_table.hpp"

namespace vedette::hub::identity {

namespace {

sealing::Place secret_place(const UserId& user) {
    return {.table = "authenticators", .column = "secret", .row = user.bytes()};
}

}  // namespace

Result<std::optional<Authenticator>> load_authenticator(store::Database& database,
                                                        const sealing::ColumnSealer& sealer, UserId user) {
    VEDETTE_TRY(
        auto row,
        database.prepare("SELECT secret_sealed, confirmed, last_step FROM authenticators WHERE user_id = ?"));
    row.bind_all(ByteView(user.bytes()));
    VEDETTE_TRY(const bool found, row.step());
    if (!found) return std::nullopt;
    VEDETTE_TRY(const Bytes secret, sealer.unseal(secret_place(user), row.blob(0)));
    return Authenticator{.secret = Secret(as_text(secret)),
                         .confirmed = row.int64(1) != 0,
                         .last_step = static_cast<std::uint64_t>(row.int64(2))};
}

Result<> put_authenticator(store::Database& database, const sealing::ColumnSealer& sealer, UserId user,
                           const Secret& secret) {
    return database.run(
        "INSERT OR REPLACE INTO authenticators (user_id, secret_sealed, confirmed, last_step) VALUES (?, ?, "
        "0, 0)",
        ByteView(user.bytes()), sealer.seal(secret_place(user), secret.reveal()));
}

Result<> confirm_authenticator(store::Database& database, UserId user, std::uint64_t step) {
    return database.run("UPDATE authenticators SET confirmed = 1, last_step = ? WHERE user_id = ?",
                        static_cast<std::int64_t>(step), ByteView(user.bytes()));
}

Result<> put_recovery_codes(store::Database& database, UserId user,
                            const std::vector<crypto::Sha256Digest>& recovery_codes) {
    VEDETTE_CHECK(database.run("DELETE FROM recovery_codes WHERE user_id = ?", ByteView(user.bytes())));
    for (const crypto::Sha256Digest& code : recovery_codes)
        VEDETTE_CHECK(database.run("INSERT INTO recovery_codes (user_id, code_sha256) VALUES (?, ?)",
                                   ByteView(user.bytes()), ByteView(code)));
    return {};
}

Result<> note_step(store::Database& database, UserId user, std::uint64_t step) {
    return database.run("UPDATE authenticators SET last_step = ? WHERE user_id = ?",
                        static_cast<std::int64_t>(step), ByteView(user.bytes()));
}

Result<> remove_authenticator(store::Database& database, UserId user) {
    return database.run("DELETE FROM authenticators WHERE user_id = ?", ByteView(user.bytes()));
}

Result<> drop_useless_recovery_codes(store::Database& database, UserId user) {
    return database.run(
        "DELETE FROM recovery_codes WHERE user_id = ?1 AND NOT EXISTS (SELECT 1 FROM authenticators WHERE "
        "user_id = ?1 AND confirmed) AND NOT EXISTS (SELECT 1 FROM passkeys WHERE user_id = ?1)",
        ByteView(user.bytes()));
}

Result<bool> take_recovery_code(store::Database& database, UserId user, const crypto::Sha256Digest& code) {
    VEDETTE_CHECK(database.run("DELETE FROM recovery_codes WHERE user_id = ? AND code_sha256 = ?",
                               ByteView(user.bytes()), ByteView(code)));
    return database.changes() > 0;
}

}  // namespace vedette::hub::identity
