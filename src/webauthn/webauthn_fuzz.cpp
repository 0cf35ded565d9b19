// What comes from authenticators and browsers: the first byte chooses which reader gets the rest.

#include <cstdint>
#include <cstdlib>

#include "webauthn/authenticator_data.hpp"
#include "webauthn/ceremony.hpp"
#include "webauthn/client_data.hpp"
#include "webauthn/credential_key.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    if (size == 0) return 0;
    const ByteView bytes = std::as_bytes(std::span(data + 1, size - 1));
    switch (data[0] % 5) {
        case 0:
            if (const auto object = webauthn::parse_attestation_object(bytes)) {
                if (object->authenticator_data.size() > bytes.size()) std::abort();
                if (object->data.attested)
                    (void)webauthn::parse_credential_key(object->data.attested->public_key);
            }
            break;
        case 1:
            if (const auto parsed = webauthn::parse_authenticator_data(bytes); parsed && parsed->attested) {
                const auto& attested = *parsed->attested;
                if (attested.id.empty() || attested.id.size() > webauthn::max_credential_id_bytes)
                    std::abort();
                if (attested.public_key.empty()) std::abort();
            }
            break;
        case 2:
            (void)webauthn::parse_client_data(bytes);
            break;
        case 3:
            if (const auto key = webauthn::parse_credential_key(bytes)) (void)key->key.verify(bytes, bytes);
            break;
        default:
            // What is made of a header is what is made of it again.
            if (const auto place = webauthn::place_of(as_text(bytes))) {
                const auto again = webauthn::place_of(std::string_view(place->origin).substr(8));
                if (!again || again->origin != place->origin || again->rp_id != place->rp_id) std::abort();
            }
            break;
    }
    return 0;
}
