#include "hub/identity/mail_address_table.hpp"

namespace vedette::hub::identity {

namespace {

sealing::Place mail_address_place(const UserId& user) {
    return {.table = "mail_addresses", .column = "address", .row = user.bytes()};
}

}  // namespace

Result<std::optional<std::string>> load_mail_address(store::Database& database,
                                                     const sealing::ColumnSealer& sealer, UserId user) {
    VEDETTE_TRY(auto row, database.prepare("SELECT address_sealed FROM mail_addresses WHERE user_id = ?"));
    row.bind_all(ByteView(user.bytes()));
    VEDETTE_TRY(const bool found, row.step());
    if (!found) return std::nullopt;
    VEDETTE_TRY(const Bytes address, sealer.unseal(mail_address_place(user), row.blob(0)));
    return std::string(as_text(address));
}

Result<> put_mail_address(store::Database& database, const sealing::ColumnSealer& sealer, UserId user,
                          const std::string& address) {
    return database.run("INSERT OR REPLACE INTO mail_addresses (user_id, address_sealed) VALUES (?, ?)",
                        ByteView(user.bytes()), sealer.seal(mail_address_place(user), as_bytes(address)));
}

Result<> remove_mail_address(store::Database& database, UserId user) {
    return database.run("DELETE FROM mail_addresses WHERE user_id = ?", ByteView(user.bytes()));
}

}  // namespace vedette::hub::identity
