#pragma once
// The public key of a credential as authenticators write it: COSE_Key (RFC 9052 section 7, RFC 9053).

#include <array>
#include <cstdint>

#include "crypto/verifying_key.hpp"

namespace vedette::webauthn {

/// Numbers of the IANA registry "COSE Algorithms".
enum class Algorithm : std::int32_t {
    es256 = -7,    ///< ECDSA, P-256, SHA-256: nearly all authenticators
    eddsa = -8,    ///< Ed25519
    es384 = -35,   ///< ECDSA, P-384, SHA-384
    rs256 = -257,  ///< RSASSA-PKCS1-v1_5, SHA-256: Windows Hello with a TPM
};
/// Those that are taken, the best first.
constexpr std::array<Algorithm, 4> algorithms{Algorithm::es256, Algorithm::eddsa, Algorithm::es384,
                                              Algorithm::rs256};
constexpr std::size_t max_key_bytes = 1024;

struct CredentialKey {
    Algorithm algorithm;
    crypto::VerifyingKey key;
};

/// The whole of `cose` is one key. Errors: unsupported (another algorithm or curve), corrupt. Pure; fuzzed.
Result<CredentialKey> parse_credential_key(ByteView cose);

}  // namespace vedette::webauthn
