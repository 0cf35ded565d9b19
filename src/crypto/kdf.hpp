#pragma once

#include <span>

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace vedette::crypto {

/// HKDF-Expand with SHA-512 (RFC 5869 section 2.3), without the extract step: `prk` must already be uniformly
/// random. `size` at most 255 * 64.
Secret hkdf_expand_sha512(ByteView prk, ByteView info, std::size_t size);

}  // namespace vedette::crypto
