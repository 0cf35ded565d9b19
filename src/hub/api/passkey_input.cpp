#include "hub/api/passkey_input.hpp"

#include "crypto/base64.hpp"
#include "hub/api/object_reader.hpp"

namespace vedette::hub::api {

namespace {

constexpr TextLimits passkey_name_limits{
    .min_characters = 1, .max_characters = 64, .may_have_controls = false};
constexpr TextLimits proof_code_limits{.min_characters = 0, .max_characters = 64, .may_have_controls = false};
constexpr TextLimits proof_password_limits{
    .min_characters = 1, .max_characters = 256, .may_have_controls = true};
constexpr std::size_t max_user_handle_bytes = 64;

Bytes read_binary(ObjectReader& reader, std::string_view field, std::size_t max_bytes) {
    const std::string text = reader.text(
        field, {.min_characters = 1, .max_characters = (max_bytes * 4 + 2) / 3, .may_have_controls = false});
    auto bytes = crypto::from_base64url(text);
    if (!bytes) reader.refuse(field, fmt::format("The field {} must be base64url without padding", field));
    return bytes ? std::move(*bytes) : Bytes();
}

webauthn::Assertion take_assertion(ObjectReader& reader) {
    webauthn::Assertion assertion;
    assertion.credential_id = read_binary(reader, "credential_id", webauthn::max_credential_id_bytes);
    assertion.client_data = read_binary(reader, "client_data", webauthn::max_client_data_bytes);
    assertion.authenticator_data =
        read_binary(reader, "authenticator_data", webauthn::max_authenticator_data_bytes);
    assertion.signature = read_binary(reader, "signature", webauthn::max_signature_bytes);
    if (reader.has("user_handle"))
        assertion.user_handle = read_binary(reader, "user_handle", max_user_handle_bytes);
    return assertion;
}

}  // namespace

Outcome<PasskeyBeginInput> read_passkey_begin(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        return PasskeyBeginInput{.username = reader.optional_text("username", proof_code_limits).value_or(""),
                                 .token = reader.optional_text("token", proof_code_limits).value_or("")};
    });
}

Outcome<webauthn::Assertion> read_assertion(std::string_view body) {
    return read_object(body, take_assertion);
}

Outcome<NewPasskeyInput> read_new_passkey(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        NewPasskeyInput input;
        input.name = reader.text("name", passkey_name_limits);
        input.registration.client_data = read_binary(reader, "client_data", webauthn::max_client_data_bytes);
        input.registration.attestation_object =
            read_binary(reader, "attestation_object", webauthn::max_attestation_bytes);
        return input;
    });
}

Outcome<std::string> read_passkey_name(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) { return reader.text("name", passkey_name_limits); });
}

Outcome<std::string> read_proof_purpose(std::string_view body) {
    if (body.empty()) return std::string();
    return read_object(body, [](ObjectReader& reader) {
        return reader.optional_text("clearance_id", proof_code_limits).value_or("");
    });
}

identity::Proof take_second_factor(ObjectReader& reader) {
    identity::Proof proof;
    proof.code = reader.optional_text("code", proof_code_limits).value_or("");
    if (const auto* object = reader.optional_object("passkey")) {
        ObjectReader inner(*object);
        proof.passkey = take_assertion(inner);
        reader.adopt(inner.finish());
    }
    return proof;
}

identity::Proof take_proof(ObjectReader& reader) {
    identity::Proof proof = take_second_factor(reader);
    proof.password = Secret(std::string_view(reader.text("password", proof_password_limits)));
    return proof;
}

Outcome<identity::Proof> read_step_up(std::string_view body) {
    return read_object(body, take_second_factor);
}

Outcome<identity::Proof> read_proof(std::string_view body) {
    return read_object(body, take_proof);
}

}  // namespace vedette::hub::api
