#pragma once
// For tests: a browser and an authenticator with one credential (Ed25519), which say what they are told to.

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "crypto/ed25519.hpp"
#include "webauthn/ceremony.hpp"

namespace vedette::webauthn::testing {

// Flags of section 6.1.
constexpr std::uint8_t up = 1, uv = 4, be = 8, bs = 16, at = 64;

/// What they say, to be changed by the test.
struct Says {
    std::string rp_id = "vedette.example";
    std::string origin = "https://vedette.example:8443";
    std::uint8_t flags = up | uv;
    std::uint32_t counter = 1;
    std::string type;  ///< empty: as it should be
    bool cross_origin = false;
};

struct TestAuthenticator : Says {
    crypto::Ed25519Signer signer = crypto::Ed25519Signer::generate();
    Bytes id = [] {
        Bytes random(32);
        crypto::random_bytes(random);
        return random;
    }();

    Bytes client_data(std::string_view usual_type, ByteView challenge) const {
        const std::string text =
            fmt::format(R"({{"type":"{}","challenge":"{}","origin":"{}","crossOrigin":{}}})",
                        type.empty() ? usual_type : std::string_view(type), crypto::to_base64url(challenge),
                        origin, cross_origin);
        const ByteView view = as_bytes(text);
        return {view.begin(), view.end()};
    }
    Bytes authenticator_data(bool attested) const {
        ByteWriter out;
        out.bytes(crypto::sha256(as_bytes(rp_id)))
            .u8(static_cast<std::uint8_t>(attested ? flags | at : flags))
            .u32(counter);
        if (attested) out.zeros(16).u16(static_cast<std::uint16_t>(id.size())).bytes(id).bytes(cose());
        return std::move(out).finish();
    }
    /// {1: 1, 3: -8, -1: 6, -2: h'...'}
    Bytes cose() const {
        ByteWriter out;
        out.u8(0xa4).u16(0x0101).u16(0x0327).u16(0x2006).u24(0x215820).bytes(signer.public_key());
        return std::move(out).finish();
    }
    /// {"fmt": "none", "attStmt": {}, "authData": h'...'}
    Bytes attestation_object() const {
        const Bytes data = authenticator_data(true);
        ByteWriter out;
        out.u8(0xa3).u8(0x63).text("fmt").u8(0x64).text("none").u8(0x67).text("attStmt").u8(0xa0);
        out.u8(0x68).text("authData").u8(0x59).u16(static_cast<std::uint16_t>(data.size())).bytes(data);
        return std::move(out).finish();
    }
    Registration create(ByteView challenge) const {
        return {.client_data = client_data("webauthn.create", challenge),
                .attestation_object = attestation_object()};
    }
    Assertion get(ByteView challenge, ByteView user_handle = {}) const {
        Assertion assertion{.credential_id = id,
                            .client_data = client_data("webauthn.get", challenge),
                            .authenticator_data = authenticator_data(false),
                            .signature = {},
                            .user_handle = Bytes(user_handle.begin(), user_handle.end())};
        ByteWriter message;
        message.bytes(assertion.authenticator_data).bytes(crypto::sha256(assertion.client_data));
        const auto signature = signer.sign(message.view());
        assertion.signature = Bytes(signature.begin(), signature.end());
        return assertion;
    }
};

}  // namespace vedette::webauthn::testing
