#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace vedette::crypto {

/// AES key wrap with padding (RFC 5649) under a 256-bit key. `key` has 1 to 4096 bytes. Deterministic: no
/// nonce has to be kept.
Bytes wrap_key(const Secret& kek, ByteView key);

/// The wrapped key, or corrupt when the bytes or the key-encryption key are wrong.
Result<Secret> unwrap_key(const Secret& kek, ByteView wrapped);

/// The same, bound to `purpose` (what RFC 5649 has no field for): the key-encryption key is
/// HKDF-Expand-SHA512(parent, "vedette key wrap v1" || 0x00 || purpose), so that a wrapped key that was moved
/// to another place does not unwrap.
Bytes wrap_key_for(const Secret& parent, ByteView purpose, ByteView key);
Result<Secret> unwrap_key_for(const Secret& parent, ByteView purpose, ByteView wrapped);

}  // namespace vedette::crypto
