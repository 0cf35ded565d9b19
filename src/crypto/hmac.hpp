#pragma once

#include <array>

#include "base/bytes.hpp"

namespace vedette::crypto {

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1).
std::array<std::byte, 32> hmac_sha256(ByteView key, ByteView text);

}  // namespace vedette::crypto
