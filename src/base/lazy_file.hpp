#pragma once
// Writing that may be undone by a loss of power, for what can be made again. Blocks.

#include <filesystem>

#include "base/bytes.hpp"

namespace vedette {

/// Creates or overwrites `path`, without a sync.
Result<> write_file_unsynced(const std::filesystem::path& path, ByteView bytes, unsigned mode = 0600);

/// As replace_file(), but that the replacing itself is not synced: after a loss of power the old content may
/// be back, whole.
Result<> replace_file_lazily(const std::filesystem::path& path, ByteView bytes, unsigned mode = 0600);

}  // namespace vedette
