#pragma once
// What `vedette keys` does: who can open the store. Blocking; works beside a running recorder, except
// restore.

#include <filesystem>

#include "gateway/vault/layout.hpp"
#include "keystore/passphrase.hpp"
#include "keystore/provider.hpp"

namespace vedette::vault {

struct SlotInfo {
    unsigned number = 0;
    std::string kind;
    std::string details;  ///< of the provider; may be empty
    std::string label;
    std::optional<UtcTime> made_at;  ///< none: the store has the default key file and no table yet
};

/// Asks nobody and changes nothing.
Result<std::vector<SlotInfo>> list_slots(const Layout& layout);

/// Makes the key of a new slot. Called once the store is open.
using Enrol = std::function<Result<keystore::Enrolment>(const keystore::Environment&)>;

struct NewSlot {
    keystore::SlotKind kind{};
    std::string label;  ///< at most keystore::max_label_size bytes, printable
    Enrol enrol;
};

/// Opens the store by a slot that it has, and adds one. The number of the new one.
Result<unsigned> add_slot(const Layout& layout, const NewSlot& slot, keystore::Secrets& secrets);

/// Opens the store by another slot, to show that it opens without this one, then removes it; a key file is
/// destroyed with it. conflict for the last one.
Result<> remove_slot(const Layout& layout, unsigned number, keystore::Secrets& secrets);

/// Makes a new root key and wraps the organisation key and every slot anew; each provider is asked, and gives
/// a new key. A kill at any time leaves a store that opens.
Result<> rotate_root_key(const Layout& layout, keystore::Secrets& secrets);

/// Makes a new organisation key, a new epoch key under it, and wraps anew what either wrapped. Whoever knew
/// the organisation key of before opens nothing that is recorded from then on, and backups of keys made
/// before open nothing. conflict while a recorder runs. A kill at any time leaves a store that opens.
Result<> change_organisation_key(const Layout& layout, keystore::Secrets& secrets);

/// Writes the organisation key, which opens the store whatever its slots are, to a new file under a
/// passphrase of its own.
Result<> backup_keys(const Layout& layout, const std::filesystem::path& file, keystore::Secrets& secrets,
                     const crypto::PasswordCost& cost = keystore::new_passphrase_cost);

/// For a store whose slots are lost: opens the backup and makes a table with one slot, for the passphrase of
/// the backup. conflict while a recorder runs, or where there are slots or a key file. The number of the
/// slot.
Result<unsigned> restore_keys(const Layout& layout, const std::filesystem::path& file,
                              keystore::Secrets& secrets,
                              const crypto::PasswordCost& cost = keystore::new_passphrase_cost);

}  // namespace vedette::vault
