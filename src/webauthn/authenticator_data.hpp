#pragma once
// What an authenticator says and signs (Web Authentication Level 3, sections 6.1 and 6.5). Pure; fuzzed.

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "crypto/digest.hpp"

namespace vedette::webauthn {

constexpr std::size_t max_credential_id_bytes = 1023;
constexpr std::size_t max_authenticator_data_bytes = 4096;
constexpr std::size_t max_attestation_bytes = 8192;

/// Of a credential that was just made.
struct AttestedCredential {
    std::array<std::byte, 16> aaguid{};
    Bytes id;
    Bytes public_key;  ///< COSE_Key
};

struct AuthenticatorData {
    crypto::Sha256Digest rp_id_hash{};
    bool user_present = false;     ///< UP
    bool user_verified = false;    ///< UV: by PIN, finger, face
    bool backup_eligible = false;  ///< BE: may be on several devices
    bool backed_up = false;        ///< BS: is
    std::uint32_t sign_count = 0;
    std::optional<AttestedCredential> attested;
};

/// Errors: corrupt. Extensions are read over.
Result<AuthenticatorData> parse_authenticator_data(ByteView bytes);

/// What comes of registration. Of the attestation only what was asked for is read: none, or a signature by
/// the credential itself, which browsers leave where it names no make of authenticator.
struct AttestationObject {
    Bytes authenticator_data;
    AuthenticatorData data;
    struct SelfSignature {
        std::int64_t algorithm = 0;
        Bytes signature;
    };
    std::optional<SelfSignature> self;
};

/// Errors: corrupt; unsupported, when it brings another attestation.
Result<AttestationObject> parse_attestation_object(ByteView bytes);

}  // namespace vedette::webauthn
