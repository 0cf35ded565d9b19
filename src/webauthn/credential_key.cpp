#include "webauthn/credential_key.hpp"

#include <optional>

#include "webauthn/cbor.hpp"

namespace vedette::webauthn {

namespace {

constexpr std::size_t max_parameters = 16;

// Labels of key parameters (RFC 9052 section 7.1; RFC 9053 sections 7.1 and 7.2; RFC 8230 section 4).
enum : std::int64_t { label_kty = 1, label_alg = 3, label_crv_or_n = -1, label_x_or_e = -2, label_y = -3 };
enum : std::int64_t { kty_okp = 1, kty_ec2 = 2, kty_rsa = 3 };
enum : std::int64_t { crv_p256 = 1, crv_p384 = 2, crv_ed25519 = 6 };

struct Parameters {
    std::optional<std::int64_t> kty, alg, crv;
    std::optional<ByteView> n, x_or_e, y;
};

template <class T, class Value>
bool set_once(std::optional<T>& field, Value value) {
    if (field) return false;
    field = value;
    return true;
}

bool read_parameter(CborReader& reader, Parameters& out) {
    const std::int64_t label = reader.integer();
    switch (label) {
        case label_kty:
            return set_once(out.kty, reader.integer());
        case label_alg:
            return set_once(out.alg, reader.integer());
        case label_crv_or_n:
            return reader.next_is_byte_string() ? set_once(out.n, reader.byte_string())
                                                : set_once(out.crv, reader.integer());
        case label_x_or_e:
            return set_once(out.x_or_e, reader.byte_string());
        case label_y:
            return set_once(out.y, reader.byte_string());
        default:
            reader.item();
            return true;
    }
}

Result<crypto::VerifyingKey> make_key(const Parameters& given) {
    using crypto::VerifyingKey;
    const auto is = [&](Algorithm algorithm, std::int64_t kty, std::optional<std::int64_t> crv) {
        return given.alg == static_cast<std::int64_t>(algorithm) && given.kty == kty && given.crv == crv;
    };
    const ByteView x_or_e = given.x_or_e.value_or(ByteView());
    const ByteView y = given.y.value_or(ByteView());
    if (is(Algorithm::es256, kty_ec2, crv_p256))
        return VerifyingKey::ec(VerifyingKey::Curve::p256, x_or_e, y);
    if (is(Algorithm::es384, kty_ec2, crv_p384))
        return VerifyingKey::ec(VerifyingKey::Curve::p384, x_or_e, y);
    if (is(Algorithm::eddsa, kty_okp, crv_ed25519)) return VerifyingKey::ed25519(x_or_e);
    if (is(Algorithm::rs256, kty_rsa, std::nullopt))
        return VerifyingKey::rsa(given.n.value_or(ByteView()), x_or_e);
    return fail(ErrorKind::unsupported, "The passkey signs by an algorithm that is not taken here");
}

}  // namespace

Result<CredentialKey> parse_credential_key(ByteView cose) {
    CborReader reader(cose);
    Parameters given;
    const std::size_t count = reader.map();
    bool good = count <= max_parameters && cose.size() <= max_key_bytes;
    for (std::size_t i = 0; i < count && good && !reader.failed(); ++i) good = read_parameter(reader, given);
    if (!good || reader.failed() || !reader.at_end())
        return fail(ErrorKind::corrupt, "The passkey's public key is not well-formed");
    VEDETTE_TRY(auto key, make_key(given));
    return CredentialKey{.algorithm = static_cast<Algorithm>(*given.alg), .key = std::move(key)};
}

}  // namespace vedette::webauthn
