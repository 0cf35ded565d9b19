#pragma once
// Password hashing: Argon2id (RFC 9106) in PHC strings, which carry their own parameters. Slow and hungry on
// purpose: never on an event loop, and only a few at once.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vedette::crypto {

struct PasswordCost {
    std::uint32_t memory_kib = 64 * 1024;
    std::uint32_t passes = 3;
    std::uint32_t lanes = 1;
    friend bool operator==(const PasswordCost&, const PasswordCost&) = default;
};

/// A PHC string with a fresh 16-byte salt and a 32-byte tag. Error: exhausted when memory is short. Any
/// thread.
Result<std::string> hash_password(std::string_view password, const PasswordCost& cost);

/// Whether `password` gives the hash in `phc`; also false when `phc` is no Argon2id PHC string. Takes the
/// time that the parameters in `phc` ask for, whatever the answer. Any thread.
bool verify_password(std::string_view phc, std::string_view password);

/// True when `phc` was made with other parameters than `cost`: hash again at the next sign-in.
bool needs_rehash(std::string_view phc, const PasswordCost& cost);

/// A PHC string that no password opens and that costs as much to try: for users that do not exist.
std::string unusable_password_hash(const PasswordCost& cost);

}  // namespace vedette::crypto
