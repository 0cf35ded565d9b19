#include "hub/identity/break_glass_table.hpp"

namespace vedette::hub::identity {

Result<> put_envelope(store::Database& database, UserId user, const crypto::Sha256Digest& code,
                      UtcTime made) {
    return database.run(
        "INSERT OR REPLACE INTO break_glass (user_id, code_sha256, made_90k) VALUES (?, ?, ?)",
        ByteView(user.bytes()), ByteView(code), ticks(made));
}

Result<std::optional<UserId>> open_envelope(store::Database& database, const crypto::Sha256Digest& code,
                                            UtcTime now) {
    VEDETTE_TRY(auto row, database.prepare("SELECT b.user_id FROM break_glass b JOIN users u ON u.id = "
                                           "b.user_id WHERE b.code_sha256 = ? AND NOT u.suspended"));
    row.bind_all(ByteView(code));
    VEDETTE_TRY(const bool found, row.step());
    if (!found) return std::nullopt;
    const auto user = UserId::from_bytes(row.blob(0));
    VEDETTE_CHECK(database.run("UPDATE break_glass SET code_sha256 = NULL, used_90k = ? WHERE user_id = ?",
                               ticks(now), ByteView(user.bytes())));
    return user;
}

}  // namespace vedette::hub::identity
