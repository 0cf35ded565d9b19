#pragma once
// Brings a backup back into a data directory.

#include "backup/archive.hpp"

namespace vedette::backup {

struct Restored {
    Contents contents;
    bool has_recordings = false;  ///< there is a folder media/ already
};

/// Restores into `data`, which must be missing, or empty but for media/: recordings that are back already
/// stay. `secrets` is asked for the passphrase first. Until all was read and found right nothing of it
/// counts; an error leaves the directory as it was. conflict: it is not empty, or a recorder runs there.
/// Blocking.
Result<Restored> restore(const std::filesystem::path& file, const std::filesystem::path& data,
                         keystore::Secrets& secrets);

/// For who opens a data directory: brings a restore that was killed when all was there to its end. conflict
/// when it was killed before, and nothing of it counts.
Result<> settle(const std::filesystem::path& data);

}  // namespace vedette::backup
