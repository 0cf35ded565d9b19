#pragma once
// What a relying party checks (Web Authentication Level 3, sections 7.1 and 7.2), where it asks for
// discoverable credentials, user verification and no attestation. Pure. What takes memory of earlier
// ceremonies is left to the caller: that a challenge is used once, whose credential it is, its counter.

#include <string>
#include <string_view>

#include "webauthn/authenticator_data.hpp"
#include "webauthn/client_data.hpp"

namespace vedette::webauthn {

constexpr std::size_t challenge_bytes = 32;
constexpr std::size_t max_signature_bytes = 1024;

/// What the ceremony was begun with.
struct Expected {
    std::string_view rp_id;   ///< a host name in lower case
    std::string_view origin;  ///< as browsers write it: https://name, https://name:8443
    ByteView challenge;
};

struct Registration {
    Bytes client_data;
    Bytes attestation_object;
};
struct NewCredential {
    Bytes id;
    Bytes public_key;  ///< for is_signed_by()
    std::uint32_t sign_count = 0;
    bool backup_eligible = false;
    bool backed_up = false;
};
/// Errors: corrupt, unsupported, forbidden, each with the sentence for who tried.
Result<NewCredential> check_registration(const Expected& expected, const Registration& registration);

struct Assertion {
    Bytes credential_id;
    Bytes client_data;
    Bytes authenticator_data;
    Bytes signature;
    Bytes user_handle;  ///< empty: the authenticator did not say
};
/// All that can be said without the credential's key. Errors as above.
Result<AuthenticatorData> check_assertion(const Expected& expected, const Assertion& assertion);
/// False as well for a key that can't be read.
bool is_signed_by(ByteView public_key, const Assertion& assertion);

/// Whether the counter is one that an authenticator could have after `before`: greater, or both without
/// (section 6.1.1). Else there are two of it.
bool may_follow(std::uint32_t before, std::uint32_t now);

/// The origin of a page that was asked for with this header Host, and the host in it as RP ID. nullopt: it is
/// no host name, such as an address, to which no credential can belong.
struct Place {
    std::string origin;
    std::string rp_id;
};
std::optional<Place> place_of(std::string_view host_header);
/// The same of a host name and a port.
std::optional<Place> place_of(std::string_view name, std::uint16_t port);

}  // namespace vedette::webauthn
