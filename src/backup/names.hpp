#pragma once
// Names in a data directory that a backup knows.

#include <string_view>

#include "base/bytes.hpp"

namespace vedette::backup {

inline constexpr std::string_view log_folder = "tlog/";
inline constexpr std::string_view checkpoint_name = "tlog/checkpoint";
inline constexpr std::string_view vkey_name = "tlog/vkey";
inline constexpr std::string_view keys_folder = "keys";
inline constexpr std::string_view audit_log_folder = "hub/audit/tlog";

/// A folder below the data directory that a restore fills, and what it becomes once it is whole: from then
/// on its content only has to be moved up.
inline constexpr std::string_view unfinished_folder = "restoring";
inline constexpr std::string_view finished_folder = "restored";

/// Whether a file that begins so is a database of SQLite.
inline bool is_database(ByteView begin) {
    return as_text(begin).starts_with(std::string_view("SQLite format 3\0", 16));
}

}  // namespace vedette::backup
