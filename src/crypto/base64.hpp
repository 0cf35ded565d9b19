#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace vedette::crypto {

/// Standard alphabet with padding (RFC 4648 section 4).
std::string to_base64(ByteView bytes);

/// Strict: nullopt at white space, wrong padding, other characters, or trailing bits that are not zero.
std::optional<Bytes> from_base64(std::string_view text);

/// The alphabet for URLs, without padding (RFC 4648 section 5).
std::string to_base64url(ByteView bytes);

/// As strict.
std::optional<Bytes> from_base64url(std::string_view text);

}  // namespace vedette::crypto
