#include "webauthn/ceremony.hpp"

#include <algorithm>
#include <charconv>

#include "webauthn/credential_key.hpp"

namespace vedette::webauthn {

namespace {

constexpr std::uint16_t https_port = 443;
constexpr std::size_t max_host_characters = 253;

Result<> check_client(const Expected& expected, ByteView client_data, std::string_view type) {
    VEDETTE_TRY(const ClientData said, parse_client_data(client_data));
    if (said.type != type) return fail(ErrorKind::forbidden, "The passkey was used for something else");
    if (!crypto::equal_constant_time(said.challenge, expected.challenge))
        return fail(ErrorKind::forbidden, "The passkey answered another question than the one asked");
    if (said.origin != expected.origin)
        return fail(ErrorKind::forbidden, "The passkey was used on a page of another address");
    if (said.cross_origin)
        return fail(ErrorKind::forbidden, "The passkey was used inside a page of another site");
    return {};
}

Result<> check_authenticator(const Expected& expected, const AuthenticatorData& data) {
    if (data.rp_id_hash != crypto::sha256(as_bytes(expected.rp_id)))
        return fail(ErrorKind::forbidden, "The passkey belongs to another name of a server");
    if (!data.user_present)
        return fail(ErrorKind::forbidden, "The passkey was used without anybody being there");
    if (!data.user_verified)
        return fail(ErrorKind::forbidden,
                    "The passkey did not check who you are; use one with a PIN, a fingerprint or a face");
    if (data.backed_up && !data.backup_eligible)
        return fail(ErrorKind::forbidden, "The passkey contradicts itself about its copies");
    return {};
}

// What is signed (section 6.3.3 step 11).
Bytes signed_message(ByteView authenticator_data, ByteView client_data) {
    ByteWriter message;
    message.bytes(authenticator_data).bytes(crypto::sha256(client_data));
    return std::move(message).finish();
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

// The host parser of the WHATWG URL standard takes a last label of digits alone for an IPv4 address.
bool is_host_name(std::string_view host) {
    if (host.empty() || host.size() > max_host_characters || !std::ranges::all_of(host, is_host_character) ||
        host.front() == '.' || host.back() == '.' || host.find("..") != std::string_view::npos)
        return false;
    const std::string_view last = host.substr(host.rfind('.') + 1);
    return last.find_first_not_of("0123456789") != std::string_view::npos && !last.starts_with("0x");
}

}  // namespace

Result<NewCredential> check_registration(const Expected& expected, const Registration& registration) {
    VEDETTE_CHECK(check_client(expected, registration.client_data, "webauthn.create"));
    VEDETTE_TRY(AttestationObject object, parse_attestation_object(registration.attestation_object));
    VEDETTE_CHECK(check_authenticator(expected, object.data));
    if (!object.data.attested) return fail(ErrorKind::corrupt, "The passkey came without its public key");
    AttestedCredential& attested = *object.data.attested;
    VEDETTE_TRY(const CredentialKey key, parse_credential_key(attested.public_key));
    if (object.self) {
        const Bytes message = signed_message(object.authenticator_data, registration.client_data);
        if (object.self->algorithm != static_cast<std::int64_t>(key.algorithm) ||
            !key.key.verify(message, object.self->signature))
            return fail(ErrorKind::forbidden, "The passkey's signature is not its own");
    }
    return NewCredential{.id = std::move(attested.id),
                         .public_key = std::move(attested.public_key),
                         .sign_count = object.data.sign_count,
                         .backup_eligible = object.data.backup_eligible,
                         .backed_up = object.data.backed_up};
}

Result<AuthenticatorData> check_assertion(const Expected& expected, const Assertion& assertion) {
    VEDETTE_CHECK(check_client(expected, assertion.client_data, "webauthn.get"));
    VEDETTE_TRY(AuthenticatorData data, parse_authenticator_data(assertion.authenticator_data));
    VEDETTE_CHECK(check_authenticator(expected, data));
    return data;
}

bool is_signed_by(ByteView public_key, const Assertion& assertion) {
    const auto key = parse_credential_key(public_key);
    return key && assertion.signature.size() <= max_signature_bytes &&
           key->key.verify(signed_message(assertion.authenticator_data, assertion.client_data),
                           assertion.signature);
}

bool may_follow(std::uint32_t before, std::uint32_t now) {
    return now > before || (now == 0 && before == 0);
}

std::optional<Place> place_of(std::string_view name, std::uint16_t port) {
    std::string host(name);
    std::ranges::transform(host, host.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (!is_host_name(host) || port == 0) return std::nullopt;
    std::string origin = "https://" + host;
    if (port != https_port) origin += ":" + std::to_string(port);
    return Place{.origin = std::move(origin), .rp_id = std::move(host)};
}

std::optional<Place> place_of(std::string_view host_header) {
    const std::size_t colon = host_header.find(':');
    if (colon == std::string_view::npos) return place_of(host_header, https_port);
    std::uint16_t port = 0;
    const char* const last = host_header.data() + host_header.size();
    const auto [end, error] = std::from_chars(host_header.data() + colon + 1, last, port);
    if (error != std::errc() || end != last) return std::nullopt;
    return place_of(host_header.substr(0, colon), port);
}

}  // namespace vedette::webauthn
