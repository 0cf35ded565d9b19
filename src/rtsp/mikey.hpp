#pragma once
// MIKEY (RFC 3830) as cameras use it for SRTP: a message of the pre-shared key kind whose key data is not
// encrypted, since TLS is around it. Everything else is refused.

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "crypto/srtp.hpp"

namespace vedette::rtsp {

constexpr std::size_t max_mikey_bytes = 4096;
constexpr std::size_t max_mikey_sources = 32;   ///< crypto sessions
constexpr std::size_t max_mikey_payloads = 16;  ///< and as many in a key data transport
constexpr std::size_t max_mikey_padding = 3;  ///< bytes behind the last payload that mean nothing (quirk 34)

/// One crypto session of the map (section 6.1.1).
struct MikeySource {
    std::uint8_t policy = 0;
    std::uint32_t ssrc = 0;
    std::uint32_t rollovers = 0;

    friend bool operator==(const MikeySource&, const MikeySource&) = default;
};

struct MikeyMessage {
    std::uint32_t bundle = 0;  ///< CSB ID
    std::vector<MikeySource> sources{};
    crypto::SrtpKey key{};
    /// The security policy's parameters as they came (section 6.10.1), to be repeated to those who wrote
    /// them; empty: the defaults.
    Bytes policy{};
};

/// `corrupt` for what can't be read, `unsupported` for encrypted keys, key derivation by MIKEY (TGK) and
/// policies without encryption or authentication, `exhausted` above the limits. No sentence holds the key.
Result<MikeyMessage> parse_mikey(ByteView bytes);

/// The message, with the time (NTP, 32.32 fixed point) and random bytes that it has to carry.
Bytes print_mikey(const MikeyMessage& message, std::uint64_t ntp);

/// The parameters that say `suite`; for those who answer nobody.
Bytes mikey_policy(crypto::SrtpSuite suite);

}  // namespace vedette::rtsp
