#pragma once
// API tokens and devices, as they come in, within the limits of docs/ref/openapi.yaml. Pure; fuzzed.

#include <string_view>

#include "crypto/digest.hpp"
#include "hub/api/problem.hpp"
#include "hub/identity/api_tokens.hpp"

namespace vedette::hub::api {

struct NewApiTokenInput {
    identity::NewApiToken token;
    identity::Proof proof;
};
Outcome<NewApiTokenInput> read_new_api_token(std::string_view body, UtcTime now);

/// A client's certificate: PEM, or SHA-256 of its DER form as hexadecimal digits, with colons or without, or
/// as `x5t#S256` (RFC 8705). Error: one sentence.
Result<crypto::Sha256Digest> parse_certificate_name(std::string_view text, UtcTime now);
Outcome<identity::NewApiToken> read_new_device(std::string_view body, UtcTime now);

}  // namespace vedette::hub::api
