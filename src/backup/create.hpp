#pragma once
// Makes a backup of an installation: everything in its data directory but recordings and what can be made
// again.

#include "backup/archive.hpp"

namespace vedette::backup {

struct Created {
    Contents contents;
    std::vector<std::string> notices;  ///< sentences about what is not in it, or of little use elsewhere
};

/// Writes a new file, mode 0600, and reads it again from beginning to end. Works beside a running recorder,
/// and holds nothing up: databases are copied as one moment saw them, keys so that they fit together, the log
/// up to a signed checkpoint. `secrets` is asked for the new passphrase. Errors leave no file: conflict when
/// `to` exists, not_found when there is no installation, corrupt when a database is damaged, exhausted when
/// the disk is full. Blocking.
Result<Created> create(const std::filesystem::path& data, const std::filesystem::path& to,
                       keystore::Secrets& secrets,
                       const crypto::PasswordCost& cost = keystore::new_passphrase_cost);

}  // namespace vedette::backup
