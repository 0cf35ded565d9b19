#pragma once
// Passkeys in the database. Blocking; calls that change something belong into a transaction that the caller
// ends.

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "hub/identity/types.hpp"
#include "hub/sealing/column_sealer.hpp"
#include "store/database.hpp"

namespace vedette::hub::identity {

struct Passkey {
    PasskeyId id;
    UserId user;
    std::string name;     ///< as its user calls it
    std::string rp_id;    ///< the name of this server that it belongs to
    Bytes credential_id;  ///< as the authenticator calls it
    Bytes public_key;     ///< for webauthn::is_signed_by()
    std::uint32_t sign_count = 0;
    bool backup_eligible = false;
    bool backed_up = false;
    UtcTime created{};
    std::optional<UtcTime> last_used;
};

/// Errors of those that read: corrupt when a name or id does not open.
Result<std::optional<Passkey>> find_passkey(store::Database& database, const sealing::ColumnSealer& sealer,
                                            ByteView credential_id);
/// The first made first.
Result<std::vector<Passkey>> load_passkeys(store::Database& database, const sealing::ColumnSealer& sealer,
                                           UserId user);
/// Errors: conflict when there is one with that credential id, whoever has it.
Result<> insert_passkey(store::Database& database, const sealing::ColumnSealer& sealer,
                        const Passkey& passkey);
/// Writes the counter, whether it is backed up, and when it was used.
Result<> note_use(store::Database& database, const Passkey& passkey);
/// To another name.
Result<> rename_passkey(store::Database& database, const sealing::ColumnSealer& sealer, UserId user,
                        PasskeyId passkey, const std::string& name);
Result<> remove_passkey(store::Database& database, UserId user, PasskeyId passkey);
Result<> remove_passkeys(store::Database& database, UserId user);

}  // namespace vedette::hub::identity
