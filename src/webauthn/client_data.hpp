#pragma once
// What the browser says of a ceremony (Web Authentication Level 3, section 5.8.1). Pure; fuzzed.

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace vedette::webauthn {

constexpr std::size_t max_client_data_bytes = 4096;

struct ClientData {
    std::string type;  ///< webauthn.create or webauthn.get
    Bytes challenge;
    std::string origin;         ///< of the page: https://name:port
    bool cross_origin = false;  ///< the page lies in a page of another origin
};

/// Errors: corrupt. Fields that are not known are read over, as the specification asks for.
Result<ClientData> parse_client_data(ByteView json);

}  // namespace vedette::webauthn
