#include "hub/api/token_input.hpp"

#include <algorithm>
#include <cctype>

#include "base/hex.hpp"
#include "crypto/base64.hpp"
#include "crypto/certificates.hpp"
#include "hub/api/access_fields.hpp"
#include "hub/api/passkey_input.hpp"

namespace vedette::hub::api {

namespace {

constexpr TextLimits certificate_limits{
    .min_characters = 1, .max_characters = 16 * 1024, .may_have_controls = true};
constexpr std::size_t thumbprint_characters = 43;  // 32 bytes in base64url

std::string in_lower_case(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

}  // namespace

Result<crypto::Sha256Digest> parse_certificate_name(std::string_view text, UtcTime now) {
    constexpr std::string_view what =
        "Paste the certificate (PEM), or its SHA-256 as openssl x509 -fingerprint -sha256 shows it";
    if (text.find("-----BEGIN") != std::string_view::npos) {
        const auto certificate = crypto::client_certificate_of_pem(text);
        if (!certificate) return fail(ErrorKind::invalid_input, "This is no certificate. {}", what);
        if (certificate->not_after < now)
            return fail(ErrorKind::invalid_input, "This certificate has expired; make a new one");
        return certificate->sha256;
    }
    constexpr std::string_view label = "fingerprint=";  // as openssl writes it, in any case
    if (const auto at = in_lower_case(text).find(label); at != std::string::npos)
        text.remove_prefix(at + label.size());
    std::string plain(text);
    std::erase_if(plain, [](char c) { return c == ':' || c == ' ' || c == '\n' || c == '\r'; });
    Result<Bytes> bytes = fail(ErrorKind::invalid_input, "{}", what);
    if (plain.size() == 2 * crypto::Sha256Digest().size()) {
        if (auto hex = from_hex(in_lower_case(plain))) bytes = std::move(*hex);
    } else if (plain.size() == thumbprint_characters) {
        if (auto base64 = crypto::from_base64url(plain)) bytes = std::move(*base64);
    }
    if (!bytes || bytes->size() != crypto::Sha256Digest().size())
        return fail(ErrorKind::invalid_input, "{}", what);
    crypto::Sha256Digest digest{};
    std::ranges::copy(*bytes, digest.begin());
    return digest;
}

namespace {

policy::ClientKind read_client_kind(ObjectReader& reader, std::string_view text) {
    const auto kind = policy::parse_client_kind(text);
    if (!kind) reader.refuse("client_kind", "The field client_kind must be web, mobile, api or bridge");
    return kind.value_or(policy::ClientKind::api);
}

// Name, scope, kind, certificate and days, as tokens and devices have them.
identity::NewApiToken take_token(ObjectReader& reader, std::string_view of, UtcTime now) {
    identity::NewApiToken token;
    token.name = reader.text("name", access_name_limits);
    token.scope.rights = read_rights(reader, of);
    if (reader.has("camera_ids")) {
        token.scope.cameras = read_camera_ids(reader, identity::max_api_token_cameras);
        if (token.scope.cameras->empty())
            reader.refuse("camera_ids", "Name at least one camera, or leave camera_ids out for all");
    }
    if (const auto kind = reader.optional_text("client_kind", access_word_limits)) {
        token.kind = read_client_kind(reader, *kind);
        if (token.kind == policy::ClientKind::web)
            reader.refuse("client_kind",
                          "A browser signs in and takes no token: choose mobile, api or bridge");
    }
    if (const auto certificate = reader.optional_text("certificate", certificate_limits)) {
        const auto digest = parse_certificate_name(*certificate, now);
        if (digest)
            token.certificate = *digest;
        else
            reader.refuse("certificate", digest.error().message);
    }
    if (const auto days = reader.optional_integer("days", identity::shortest_api_token.count(),
                                                  identity::longest_api_token.count()))
        token.lifetime = std::chrono::days(*days);
    return token;
}

}  // namespace

Outcome<NewApiTokenInput> read_new_api_token(std::string_view body, UtcTime now) {
    return read_object(body, [now](ObjectReader& reader) {
        NewApiTokenInput input;
        input.token = take_token(reader, "A token", now);
        input.proof = take_proof(reader);
        return input;
    });
}

Outcome<identity::NewApiToken> read_new_device(std::string_view body, UtcTime now) {
    return read_object(body, [now](ObjectReader& reader) {
        identity::NewApiToken device = take_token(reader, "A device", now);
        if (!reader.has("client_kind")) device.kind = policy::ClientKind::bridge;
        if (!reader.has("certificate")) reader.refuse("certificate", "The field certificate is missing");
        return device;
    });
}

}  // namespace vedette::hub::api
