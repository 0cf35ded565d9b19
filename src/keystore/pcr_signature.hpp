#pragma once
// Signed PCR values in the form of systemd's tpm2-pcr-signature.json, as systemd-measure makes them:
// {"sha256": [{"pcrs": [11], "pkfp": "...", "pol": "<hex of the policy's digest>", "sig": "<base64>"}]}. No
// I/O.

#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace vedette::keystore {

inline constexpr std::size_t max_pcr_signatures_size = 64 * 1024;

struct PcrSignature {
    std::uint32_t pcrs = 0;  ///< bit n: PCR n
    Bytes policy_digest;     ///< 32 bytes
    Bytes signature;         ///< RSASSA-PKCS1-v1_5 with SHA-256, of the digest
};

/// Those of the SHA-256 bank; entries that are not understood are passed over. corrupt when it is no such
/// file.
Result<std::vector<PcrSignature>> parse_pcr_signatures(std::string_view json);

}  // namespace vedette::keystore
