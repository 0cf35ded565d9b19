#include "webauthn/authenticator_data.hpp"

#include "webauthn/cbor.hpp"
#include "webauthn/credential_key.hpp"

namespace vedette::webauthn {

namespace {

// Section 6.1, bits of the flags.
enum : std::uint8_t { flag_up = 1, flag_uv = 4, flag_be = 8, flag_bs = 16, flag_at = 64, flag_ed = 128 };

std::unexpected<Error> not_well_formed(std::string_view what) {
    return fail(ErrorKind::corrupt, "What the passkey says is not well-formed: {}", what);
}

Bytes copy_of(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

}  // namespace

Result<AuthenticatorData> parse_authenticator_data(ByteView bytes) {
    if (bytes.size() > max_authenticator_data_bytes) return not_well_formed("it is too long");
    ByteReader reader(bytes);
    AuthenticatorData data;
    reader.copy_to(data.rp_id_hash);
    const std::uint8_t flags = reader.u8();
    data.user_present = (flags & flag_up) != 0;
    data.user_verified = (flags & flag_uv) != 0;
    data.backup_eligible = (flags & flag_be) != 0;
    data.backed_up = (flags & flag_bs) != 0;
    data.sign_count = reader.u32();
    if ((flags & flag_at) != 0) {
        AttestedCredential attested;
        reader.copy_to(attested.aaguid);
        const std::size_t size = reader.u16();
        if (size == 0 || size > max_credential_id_bytes) return not_well_formed("the length of its id");
        attested.id = copy_of(reader.take(size));
        CborReader key(bytes.subspan(reader.offset()));
        attested.public_key = copy_of(key.item());
        if (key.failed() || attested.public_key.size() > max_key_bytes) return not_well_formed("its key");
        reader.skip(key.offset());
        data.attested = std::move(attested);
    }
    if ((flags & flag_ed) != 0) {
        CborReader extensions(bytes.subspan(reader.offset()));
        extensions.item();
        if (extensions.failed()) return not_well_formed("its extensions");
        reader.skip(extensions.offset());
    }
    if (reader.failed() || !reader.at_end()) return not_well_formed("its length");
    return data;
}

namespace {

// Section 8.7, and section 8.2 without a certificate.
Result<std::optional<AttestationObject::SelfSignature>> read_statement(std::string_view format,
                                                                       ByteView bytes) {
    const auto unsupported =
        fail(ErrorKind::unsupported, "The passkey shows papers of its maker, which were not asked for");
    CborReader reader(bytes);
    const std::size_t count = reader.map();
    if (format == "none" && count == 0) return std::nullopt;
    if (format != "packed" || count != 2) return unsupported;
    AttestationObject::SelfSignature self;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view name = reader.text();
        if (name == "alg")
            self.algorithm = reader.integer();
        else if (name == "sig")
            self.signature = copy_of(reader.byte_string());
        else
            return unsupported;
    }
    if (reader.failed() || self.algorithm == 0 || self.signature.empty())
        return not_well_formed("its signature");
    return self;
}

}  // namespace

Result<AttestationObject> parse_attestation_object(ByteView bytes) {
    if (bytes.size() > max_attestation_bytes) return not_well_formed("it is too long");
    CborReader reader(bytes);
    std::optional<std::string_view> format;
    std::optional<ByteView> statement;
    std::optional<ByteView> data;
    const std::size_t count = reader.map();
    for (std::size_t i = 0; i < count && count == 3 && !reader.failed(); ++i) {
        const std::string_view name = reader.text();
        if (name == "fmt" && !format)
            format = reader.text();
        else if (name == "attStmt" && !statement)
            statement = reader.item();
        else if (name == "authData" && !data)
            data = reader.byte_string();
        else
            break;
    }
    if (reader.failed() || !reader.at_end() || !format || !statement || !data)
        return not_well_formed("its parts");
    AttestationObject object;
    VEDETTE_TRY(object.data, parse_authenticator_data(*data));
    object.authenticator_data = copy_of(*data);
    VEDETTE_TRY(object.self, read_statement(*format, *statement));
    return object;
}

}  // namespace vedette::webauthn
