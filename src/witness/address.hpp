#pragma once
// Which witness, where: as an administrator writes it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/cosignature.hpp"

namespace vedette::witness {

/// https://HOST[:PORT][/PREFIX]
struct Place {
    std::string host;  ///< a name or an address; IPv6 without brackets
    std::uint16_t port = 443;
    std::string prefix;  ///< empty, or begins with '/' and does not end in one

    std::string text() const;
    friend bool operator==(const Place&, const Place&) = default;
};

struct Address {
    crypto::WitnessVerifier verifier;
    std::optional<Place> place;
};

/// "URL=VKEY", or "VKEY" alone. invalid_input, with a sentence that says how it is written.
Result<Address> parse_address(std::string_view text);

}  // namespace vedette::witness
