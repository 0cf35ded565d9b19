#pragma once
// Keys in files of their own: secret ones, which only the service's user may read, and public ones of logs.

#include <filesystem>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/signed_note.hpp"

namespace vedette::crypto {

inline constexpr std::size_t stored_key_size = 32;

/// The key of `path`: 32 bytes as one line in hexadecimal. forbidden when others than the owner may read the
/// file, corrupt when it holds something else. Blocking.
Result<Secret> load_key(const std::filesystem::path& path);

/// The same; where there is no such file, it is made with a random key and mode 0600, and synced before this
/// returns. Blocking.
Result<Secret> load_or_make_key(const std::filesystem::path& path);

/// The public key of a log, the one line of `path`; see NoteVerifier::parse(). Blocking.
Result<NoteVerifier> load_verifier(const std::filesystem::path& path);

}  // namespace vedette::crypto
