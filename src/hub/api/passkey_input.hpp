#pragma once
// What browsers say of passkeys, and proofs, as they come in, within the limits of docs/ref/openapi.yaml.
// Binary values are base64url without padding. Pure; fuzzed.

#include <string>
#include <string_view>

#include "hub/api/object_reader.hpp"
#include "hub/api/problem.hpp"
#include "webauthn/ceremony.hpp"

namespace vedette::hub::api {

struct PasskeyBeginInput {
    std::string username;  ///< empty: whoever
    std::string token;     ///< of a sign-in whose password was right, or empty
};
struct NewPasskeyInput {
    std::string name;
    webauthn::Registration registration;
};

Outcome<PasskeyBeginInput> read_passkey_begin(std::string_view body);
Outcome<webauthn::Assertion> read_assertion(std::string_view body);
Outcome<NewPasskeyInput> read_new_passkey(std::string_view body);
/// The name of a passkey.
Outcome<std::string> read_passkey_name(std::string_view body);
/// The clearance that a proof by passkey is for, as text; empty: none, or no body at all.
Outcome<std::string> read_proof_purpose(std::string_view body);
/// The fields of a proof among those of another object: `password`, and `code` or `passkey` where they are
/// given.
identity::Proof take_proof(ObjectReader& reader);
/// The fields of a second factor among those of another object: `code` or `passkey`.
identity::Proof take_second_factor(ObjectReader& reader);
/// A second factor alone.
Outcome<identity::Proof> read_step_up(std::string_view body);
/// A proof as an object of its own.
Outcome<identity::Proof> read_proof(std::string_view body);

}  // namespace vedette::hub::api
