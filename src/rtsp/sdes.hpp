#pragma once
// SDP security descriptions for SRTP (RFC 4568): the a=crypto attribute. The key stands in it readably, so it
// is worth something only where the description came through TLS.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/srtp.hpp"

namespace vedette::rtsp {

constexpr std::size_t max_sdes_bytes = 1024;  ///< of one attribute

/// The value of an a=crypto attribute: its first key. `unsupported` for suites that we don't have and for
/// session parameters that weaken (no encryption, no authentication) or that must be understood and are not;
/// `corrupt` for what can't be read. No sentence holds the key.
Result<crypto::SrtpKey> parse_sdes(std::string_view value);

/// By its name in RFC 4568, 6188 or 7714.
std::optional<crypto::SrtpSuite> parse_srtp_suite(std::string_view name);

/// The value of an a=crypto attribute.
std::string print_sdes(const crypto::SrtpKey& key, unsigned tag);

}  // namespace vedette::rtsp
