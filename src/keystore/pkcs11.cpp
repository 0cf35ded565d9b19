#include "keystore/pkcs11.hpp"

#include "crypto/digest.hpp"
#include "keystore/pkcs11_token.hpp"

namespace vedette::keystore {

namespace {

constexpr std::size_t max_uri_size = 512;
constexpr std::size_t max_encrypted_size = 1024;

// Once: a token locks itself after a few wrong ones.
Result<> sign_in(Pkcs11Token& token, const Environment& environment) {
    if (token.has_keypad()) return token.sign_in(Secret());
    VEDETTE_TRY(const Secret pin,
                ask(environment, {.text = fmt::format("PIN of the token \"{}\"", token.label()),
                                  .credentials = {"vedette.pin"}}));
    return token.sign_in(pin);
}

// SHA-256 where the token knows it.
Result<Enrolment> enrol_with(Pkcs11Token& token) {
    Secret key = crypto::random_secret(key_size);
    Pkcs11Parameters parameters{.uri = token.uri(), .encrypted = {}};
    auto encrypted = token.encrypt(key, parameters.hash);
    if (!encrypted && encrypted.error().kind == ErrorKind::unsupported) {
        parameters.hash = Pkcs11Parameters::Hash::sha1;
        encrypted = token.encrypt(key, parameters.hash);
    }
    if (!encrypted) return std::unexpected(encrypted.error());
    parameters.encrypted = std::move(*encrypted);
    VEDETTE_TRY(const Secret again, token.decrypt(parameters.encrypted, parameters.hash));
    if (!crypto::equal_constant_time(again.reveal(), key.reveal()))
        return fail(ErrorKind::corrupt, "the token \"{}\" does not give back what was encrypted to it",
                    token.label());
    if (parameters.uri.size() > max_uri_size)
        return fail(ErrorKind::invalid_input, "the URI has more than {} bytes", max_uri_size);
    return Enrolment{parameters.print(), std::move(key)};
}

class Pkcs11Provider final : public Provider {
  public:
    std::string describe(const Slot& slot) const override {
        const auto parameters = Pkcs11Parameters::parse(slot.parameters);
        return parameters ? parameters->uri : "damaged";
    }

    Result<Secret> open(const Slot& slot, const Environment& environment) const override {
        VEDETTE_TRY(const auto parameters, Pkcs11Parameters::parse(slot.parameters));
        VEDETTE_TRY(Pkcs11Token token, Pkcs11Token::find(parameters.uri));
        VEDETTE_CHECK(sign_in(token, environment));
        VEDETTE_TRY(const Secret key, token.decrypt(parameters.encrypted, parameters.hash));
        if (key.size() != key_size) return fail(ErrorKind::corrupt, "key slot {} is damaged", slot.number);
        return slot.unwrap(key);
    }

    Result<Enrolment> renew(const Slot& slot, const Environment& environment) const override {
        VEDETTE_TRY(const auto parameters, Pkcs11Parameters::parse(slot.parameters));
        VEDETTE_TRY(Pkcs11Token token, Pkcs11Token::find(parameters.uri));
        VEDETTE_CHECK(sign_in(token, environment));
        VEDETTE_CHECK(token.decrypt(parameters.encrypted, parameters.hash));
        return enrol_with(token);
    }
};

}  // namespace

Result<Pkcs11Parameters> Pkcs11Parameters::parse(ByteView bytes) {
    ByteReader reader(bytes);
    Pkcs11Parameters parameters;
    const std::uint8_t hash = reader.u8();
    parameters.hash = static_cast<Hash>(hash);
    parameters.uri = as_text(reader.take(reader.u16()));
    const ByteView encrypted = reader.take(reader.u16());
    parameters.encrypted.assign(encrypted.begin(), encrypted.end());
    const bool is_printable =
        std::ranges::none_of(parameters.uri, [](unsigned char c) { return c <= 0x20 || c >= 0x7f; });
    if (reader.failed() || !reader.at_end() || (hash != 1 && hash != 2) || !is_printable ||
        parameters.uri.size() > max_uri_size || parameters.encrypted.size() > max_encrypted_size)
        return fail(ErrorKind::corrupt, "the slot of a PKCS#11 token is damaged");
    return parameters;
}

Bytes Pkcs11Parameters::print() const {
    ByteWriter writer;
    writer.u8(static_cast<std::uint8_t>(hash));
    writer.u16(static_cast<std::uint16_t>(uri.size())).text(uri);
    writer.u16(static_cast<std::uint16_t>(encrypted.size())).bytes(encrypted);
    return std::move(writer).finish();
}

const Provider& pkcs11_provider() {
    static const Pkcs11Provider provider;
    return provider;
}

Result<Enrolment> enrol_pkcs11(const Environment& environment, const std::string& uri) {
    VEDETTE_TRY(Pkcs11Token token, Pkcs11Token::find(uri));
    VEDETTE_CHECK(sign_in(token, environment));
    return enrol_with(token);
}

}  // namespace vedette::keystore
