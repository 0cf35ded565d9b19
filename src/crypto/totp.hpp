#pragma once
// One-time passwords of an authenticator app (RFC 4226, RFC 6238).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace vedette::crypto {

/// RFC 4226 section 4 asks for 160 bits.
constexpr std::size_t totp_secret_size = 20;
constexpr unsigned totp_digits = 6;
constexpr std::chrono::seconds totp_step{30};

/// HOTP with HMAC-SHA-1, which is what authenticator apps take for granted; `digits` from 6 to 8.
std::string hotp(ByteView secret, std::uint64_t counter, unsigned digits = totp_digits);

/// Which step of the clock that is (RFC 6238 section 4.2); 0 before 1970.
std::uint64_t totp_counter(UtcTime now);

/// The step whose code `typed` is: the present one, the one before or the one after it (clocks differ, and
/// typing takes time), and later than `last_used`, so that each code is good once. nullopt when it is none of
/// them. Spaces in `typed` do not matter. Takes the same time for any wrong code.
std::optional<std::uint64_t> accept_totp(ByteView secret, std::string_view typed, UtcTime now,
                                         std::uint64_t last_used);

/// RFC 4648 section 6, without padding: how a secret is typed into an app.
std::string to_base32(ByteView bytes);

}  // namespace vedette::crypto
