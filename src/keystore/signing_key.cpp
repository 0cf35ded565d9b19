#include "keystore/signing_key.hpp"

#include "crypto/digest.hpp"
#include "keystore/pkcs11_token.hpp"
#include "keystore/tpm2_device.hpp"

namespace vedette::keystore {

namespace {

constexpr std::string_view signing_magic = "VEDS";
constexpr std::uint8_t signing_version = 1;
constexpr std::size_t max_signing_part_size = 1024;

class TokenSigner final : public NoteSigner {
  public:
    explicit TokenSigner(Pkcs11Token token, bool is_ecdsa) : token_(std::move(token)), is_ecdsa_(is_ecdsa) {}
    Result<Bytes> sign(ByteView message) override {
        if (!is_ecdsa_) return token_.sign_eddsa(message);
        VEDETTE_TRY(const Bytes both, token_.sign_ecdsa(crypto::sha256(message)));
        const ByteView numbers = both;
        return crypto::ecdsa_signature(numbers.first(both.size() / 2), numbers.subspan(both.size() / 2));
    }

  private:
    Pkcs11Token token_;
    bool is_ecdsa_;
};

// A connection for each signature: the TPM has room for few objects, and others want it as well.
class TpmSigner final : public NoteSigner {
  public:
    explicit TpmSigner(SigningKey key) : key_(std::move(key)) {}
    Result<Bytes> sign(ByteView message) override {
        VEDETTE_TRY(Tpm2Device device, Tpm2Device::open());
        VEDETTE_TRY(const EcdsaNumbers numbers,
                    device.sign(key_.public_part, key_.private_part, crypto::sha256(message)));
        return crypto::ecdsa_signature(numbers.r, numbers.s);
    }

  private:
    SigningKey key_;
};

Result<> sign_in_to(Pkcs11Token& token, const Environment& environment) {
    if (token.has_keypad()) return token.sign_in(Secret());
    VEDETTE_TRY(const Secret pin,
                ask(environment, {.text = fmt::format("PIN of the token \"{}\"", token.label()),
                                  .credentials = {"vedette.pin"}}));
    return token.sign_in(pin);
}

// That it signs, and with the key that is meant.
Result<> try_out(NoteSigner& signer, const crypto::NoteKey& key) {
    ByteWriter probe;
    probe.text("vedette signing key probe\n").bytes(crypto::random_secret(key_size).reveal());
    VEDETTE_TRY(const Bytes signature, signer.sign(probe.view()));
    if (key.verify(probe.view(), signature)) return {};
    return fail(ErrorKind::corrupt, "it signs with another key than {}", key.vkey());
}

Result<std::pair<crypto::NoteKey, bool>> note_key_in(Pkcs11Token& token, const std::string& name) {
    VEDETTE_TRY(const TokenPublicKey found, token.signing_key());
    const ByteView point = found.point;
    if (!found.is_ecdsa) {
        VEDETTE_TRY(crypto::NoteKey key, crypto::NoteKey::ed25519(name, point));
        return std::pair(std::move(key), false);
    }
    const std::size_t half = point.size() / 2;
    VEDETTE_TRY(crypto::NoteKey key, crypto::NoteKey::p256(name, point.first(half), point.subspan(half)));
    return std::pair(std::move(key), true);
}

}  // namespace

std::string_view to_string(SignerKind kind) {
    switch (kind) {
        case SignerKind::file:
            return "key file";
        case SignerKind::pkcs11:
            return "PKCS#11 token";
        case SignerKind::tpm2:
            return "TPM 2.0";
    }
    return "unknown";
}

Result<SigningKey> SigningKey::parse(ByteView bytes) {
    constexpr std::string_view what = "keys/signing";
    const auto damaged = [&] { return fail(ErrorKind::corrupt, "{} is damaged", what); };
    ByteReader reader(bytes);
    if (bytes.size() > max_signing_file_size || as_text(reader.take(signing_magic.size())) != signing_magic)
        return damaged();
    if (const std::uint8_t version = reader.u8(); version > signing_version)
        return fail(ErrorKind::unsupported,
                    "{} has version {}, and this program knows {}: use the newer vedette that wrote it", what,
                    version, signing_version);
    SigningKey key;
    const std::uint8_t kind = reader.u8();
    key.kind = static_cast<SignerKind>(kind);
    const auto take = [&] { return reader.take(reader.u16()); };
    key.vkey = as_text(take());
    key.uri = as_text(take());
    const ByteView public_part = take();
    const ByteView private_part = take();
    const ByteView digest = reader.take(crypto::Sha256Digest().size());
    const bool has_key = kind == 2 || kind == 3;
    if (reader.failed() || !reader.at_end() || (kind != 1 && !has_key) || has_key == key.vkey.empty() ||
        public_part.size() > max_signing_part_size || private_part.size() > max_signing_part_size ||
        !std::ranges::equal(digest, crypto::sha256(bytes.first(bytes.size() - digest.size()))) ||
        (has_key && !crypto::NoteKey::parse(key.vkey)))
        return damaged();
    key.public_part.assign(public_part.begin(), public_part.end());
    key.private_part.assign(private_part.begin(), private_part.end());
    return key;
}

Bytes SigningKey::print() const {
    ByteWriter writer;
    writer.text(signing_magic).u8(signing_version).u8(static_cast<std::uint8_t>(kind));
    for (const ByteView part : {as_bytes(vkey), as_bytes(uri), ByteView(public_part), ByteView(private_part)})
        writer.u16(static_cast<std::uint16_t>(part.size())).bytes(part);
    const auto digest = crypto::sha256(writer.view());
    writer.bytes(digest);
    return std::move(writer).finish();
}

Result<NewSigner> use_pkcs11_key(const Environment& environment, const std::string& uri,
                                 const std::string& name) {
    VEDETTE_TRY(Pkcs11Token token, Pkcs11Token::find(uri));
    VEDETTE_CHECK(sign_in_to(token, environment));
    VEDETTE_TRY(const auto found, note_key_in(token, name));
    const auto& [key, is_ecdsa] = found;
    NewSigner made{{SignerKind::pkcs11, key.vkey(), token.uri(), {}, {}}, nullptr};
    made.signer = std::make_unique<TokenSigner>(std::move(token), is_ecdsa);
    VEDETTE_CHECK(try_out(*made.signer, key));
    return made;
}

Result<NewSigner> make_tpm2_key(const std::string& name) {
    NewSigner made{{SignerKind::tpm2, "", "", {}, {}}, nullptr};
    VEDETTE_TRY(Tpm2Device device, Tpm2Device::open());
    VEDETTE_TRY(const EccPoint point, device.make_signing_key(made.key.public_part, made.key.private_part));
    VEDETTE_TRY(const crypto::NoteKey key, crypto::NoteKey::p256(name, point.x, point.y));
    made.key.vkey = key.vkey();
    made.signer = std::make_unique<TpmSigner>(made.key);
    VEDETTE_CHECK(try_out(*made.signer, key));
    return made;
}

Result<std::unique_ptr<NoteSigner>> open_signer(const SigningKey& key, const Environment& environment) {
    VEDETTE_TRY(const crypto::NoteKey expected, crypto::NoteKey::parse(key.vkey));
    std::unique_ptr<NoteSigner> signer;
    if (key.kind == SignerKind::tpm2) {
        signer = std::make_unique<TpmSigner>(key);
    } else {
        VEDETTE_TRY(Pkcs11Token token, Pkcs11Token::find(key.uri));
        VEDETTE_CHECK(sign_in_to(token, environment));
        VEDETTE_TRY(const auto found, note_key_in(token, expected.name()));
        signer = std::make_unique<TokenSigner>(std::move(token), found.second);
    }
    VEDETTE_CHECK(try_out(*signer, expected));
    return signer;
}

}  // namespace vedette::keystore
