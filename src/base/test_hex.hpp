#pragma once
// For tests.

#include <string_view>

#include "base/bytes.hpp"
#include "base/hex.hpp"

namespace vedette {

/// The bytes of a text that is known to be hexadecimal.
inline Bytes hex(std::string_view text) {
    return from_hex(text).value();
}

}  // namespace vedette
