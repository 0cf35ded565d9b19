#pragma once
// For tests: what an authenticator app does with the secret that it was given.

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"

namespace vedette::crypto {

/// RFC 4648 section 6, of valid text without padding.
inline Bytes from_base32(std::string_view text) {
    Bytes out;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        bits = bits << 5U | static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
        if ((count += 5) >= 8) out.push_back(static_cast<std::byte>(bits >> (count -= 8)));
    }
    return out;
}

}  // namespace vedette::crypto
