#pragma once
// Files that only the service's own user may read.

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace vedette::hub::identity {

/// Creates the directory and its parents; the last one with mode 0700. Blocking.
Result<> make_private_directory(const std::filesystem::path& path);

/// The first line of `path`; when there is no such file, it is made with mode 0600 and `random_bytes` random
/// bytes in hexadecimal. Error corrupt when the file is there and has no line. Blocking.
Result<std::string> load_or_make_token(const std::filesystem::path& path, std::size_t random_bytes);

}  // namespace vedette::hub::identity
