#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "crypto/password.hpp"

namespace vedette::crypto {

/// A 256-bit key from a password, by Argon2id: for keys that are wrapped under it. Slow and hungry on
/// purpose. Error: exhausted when memory is short. Any thread.
Result<Secret> stretch_password(ByteView password, ByteView salt, const PasswordCost& cost);

}  // namespace vedette::crypto
