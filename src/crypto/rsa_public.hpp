#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace vedette::crypto {

struct RsaPublicKey {
    Bytes modulus;  ///< big-endian, without leading zeros
    std::uint32_t exponent = 0;
};

/// From PEM (SubjectPublicKeyInfo). invalid_input when it is none, or has less than 2048 or more than 4096
/// bits.
Result<RsaPublicKey> parse_rsa_public_key(std::string_view pem);

}  // namespace vedette::crypto
