#include "keystore/pkcs11_token.hpp"

#include <array>
#include <optional>
#include <vector>

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

namespace vedette::keystore {

namespace {

constexpr std::size_t max_tokens = 64;
constexpr CK_ULONG min_modulus_size = 256;
constexpr CK_ULONG max_modulus_size = 1024;
constexpr std::size_t max_attribute_size = 256;
constexpr std::size_t max_token_signature_size = 256;
constexpr std::size_t ed25519_size = 32;
constexpr std::size_t p256_point_size = 65;  // 0x04, x, y

struct FreeUri {
    void operator()(P11KitUri* uri) const { p11_kit_uri_free(uri); }
};
struct FreeModules {
    void operator()(CK_FUNCTION_LIST** modules) const { p11_kit_modules_finalize_and_release(modules); }
};
using Uri = std::unique_ptr<P11KitUri, FreeUri>;
using Modules = std::unique_ptr<CK_FUNCTION_LIST*[], FreeModules>;

Result<Uri> parse_uri(const std::string& text) {
    Uri uri(p11_kit_uri_new());
    const int code = p11_kit_uri_parse(text.c_str(), P11_KIT_URI_FOR_OBJECT_ON_TOKEN, uri.get());
    if (code != P11_KIT_URI_OK || p11_kit_uri_any_unrecognized(uri.get()) != 0)
        return fail(ErrorKind::invalid_input,
                    "\"{}\" is no PKCS#11 URI of a key: it looks like pkcs11:token=NAME;object=NAME", text);
    if (p11_kit_uri_get_pin_value(uri.get()) != nullptr || p11_kit_uri_get_pin_source(uri.get()) != nullptr)
        return fail(ErrorKind::invalid_input, "the PIN does not belong into the URI: it is asked for");
    if (p11_kit_uri_get_module_path(uri.get()) != nullptr ||
        p11_kit_uri_get_module_name(uri.get()) != nullptr)
        return fail(ErrorKind::invalid_input,
                    "the module does not belong into the URI: p11-kit's configuration names it");
    return uri;
}

std::string trimmed(const CK_UTF8CHAR* text, std::size_t size) {
    std::string_view view(reinterpret_cast<const char*>(text), size);
    const auto end = view.find_last_not_of(' ');
    return std::string(view.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

Error failure(std::string_view what, CK_RV code) {
    return {ErrorKind::unavailable,
            fmt::format("the PKCS#11 token can't {}: {}", what, p11_kit_strerror(code))};
}

std::string_view name_of(CK_KEY_TYPE type) {
    return type == CKK_RSA ? "RSA" : type == CKK_EC ? "EC" : "Ed25519";
}

// PKCS#11 3.0 section 2.3.3 has the point as an OCTET STRING; some tokens give it bare. nullopt: neither.
std::optional<Bytes> bare_point(ByteView given, std::size_t size) {
    constexpr std::byte octet_string{0x04};
    if (given.size() == size + 2 && given[0] == octet_string && given[1] == static_cast<std::byte>(size))
        given = given.subspan(2);
    if (given.size() != size) return std::nullopt;
    return Bytes(given.begin(), given.end());
}

struct Oaep {
    explicit Oaep(Pkcs11Parameters::Hash hash)
        : parameters{.hashAlg = hash == Pkcs11Parameters::Hash::sha1 ? CKM_SHA_1 : CKM_SHA256,
                     .mgf = hash == Pkcs11Parameters::Hash::sha1 ? CKG_MGF1_SHA1 : CKG_MGF1_SHA256,
                     .source = CKZ_DATA_SPECIFIED,
                     .pSourceData = nullptr,
                     .ulSourceDataLen = 0},
          mechanism{CKM_RSA_PKCS_OAEP, &parameters, sizeof parameters} {}
    Oaep(const Oaep&) = delete;
    Oaep& operator=(const Oaep&) = delete;
    CK_RSA_PKCS_OAEP_PARAMS parameters;
    CK_MECHANISM mechanism;
};

}  // namespace

struct Pkcs11Token::Impl {
    ~Impl() {
        if (session != 0) (void)module->C_CloseSession(session);
    }
    Modules modules;
    Uri uri;
    std::string uri_text;
    std::string label;
    CK_FUNCTION_LIST* module = nullptr;
    CK_FLAGS flags = 0;
    CK_SESSION_HANDLE session = 0;

    // The one object of that class and type that the URI fits.
    Result<CK_OBJECT_HANDLE> object(CK_OBJECT_CLASS wanted, CK_KEY_TYPE type = CKK_RSA) const {
        std::vector<CK_ATTRIBUTE> attributes = {{CKA_CLASS, &wanted, sizeof wanted},
                                                {CKA_KEY_TYPE, &type, sizeof type}};
        CK_ULONG count = 0;
        const CK_ATTRIBUTE* const named = p11_kit_uri_get_attributes(uri.get(), &count);
        for (CK_ULONG i = 0; i < count; ++i)
            if (named[i].type != CKA_CLASS) attributes.push_back(named[i]);
        std::array<CK_OBJECT_HANDLE, 2> found{};
        CK_ULONG found_count = 0;
        CK_RV code = module->C_FindObjectsInit(session, attributes.data(), attributes.size());
        if (code == CKR_OK) {
            code = module->C_FindObjects(session, found.data(), found.size(), &found_count);
            (void)module->C_FindObjectsFinal(session);
        }
        if (code != CKR_OK) return std::unexpected(failure("be searched", code));
        const std::string_view name = wanted == CKO_PRIVATE_KEY ? "private" : "public";
        if (found_count == 0)
            return fail(ErrorKind::not_found, "the PKCS#11 token \"{}\" has no {} {} key that {} names",
                        label, name, name_of(type), uri_text);
        if (found_count > 1)
            return fail(ErrorKind::invalid_input, "more than one {} key fits {}: add its id", name, uri_text);
        return found[0];
    }

    Result<Bytes> attribute(CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type) const {
        Bytes value(max_attribute_size);
        CK_ATTRIBUTE wanted{type, value.data(), value.size()};
        const CK_RV code = module->C_GetAttributeValue(session, key, &wanted, 1);
        if (code != CKR_OK || wanted.ulValueLen > value.size())
            return std::unexpected(failure("tell its public key", code));
        value.resize(wanted.ulValueLen);
        return value;
    }

    Result<Bytes> sign(CK_MECHANISM_TYPE type, CK_KEY_TYPE key_type, ByteView message) const {
        VEDETTE_TRY(const CK_OBJECT_HANDLE key, object(CKO_PRIVATE_KEY, key_type));
        CK_MECHANISM mechanism{type, nullptr, 0};
        if (const CK_RV code = module->C_SignInit(session, &mechanism, key); code != CKR_OK)
            return std::unexpected(failure("sign", code));
        Bytes copy(message.begin(), message.end());
        Bytes signature(max_token_signature_size);
        CK_ULONG size = signature.size();
        const CK_RV code = module->C_Sign(session, reinterpret_cast<CK_BYTE*>(copy.data()), copy.size(),
                                          reinterpret_cast<CK_BYTE*>(signature.data()), &size);
        if (code != CKR_OK || size > signature.size()) return std::unexpected(failure("sign", code));
        signature.resize(size);
        return signature;
    }
};

Result<Pkcs11Token> Pkcs11Token::find(const std::string& text) {
    auto impl = std::make_unique<Impl>();
    VEDETTE_TRY(impl->uri, parse_uri(text));
    char* formatted = nullptr;
    if (p11_kit_uri_format(impl->uri.get(), P11_KIT_URI_FOR_OBJECT_ON_TOKEN, &formatted) == P11_KIT_URI_OK)
        impl->uri_text = formatted;
    std::free(formatted);
    impl->modules.reset(p11_kit_modules_load_and_initialize(0));
    if (!impl->modules)
        return fail(ErrorKind::unavailable, "p11-kit can't load the PKCS#11 modules: {}", p11_kit_message());
    CK_SLOT_ID slot = 0;
    for (CK_FUNCTION_LIST** module = impl->modules.get(); *module != nullptr; ++module) {
        std::array<CK_SLOT_ID, max_tokens> slots{};
        CK_ULONG count = slots.size();
        if ((*module)->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) continue;
        for (CK_ULONG i = 0; i < count; ++i) {
            CK_TOKEN_INFO info{};
            if ((*module)->C_GetTokenInfo(slots[i], &info) != CKR_OK ||
                (info.flags & CKF_TOKEN_INITIALIZED) == 0 ||
                p11_kit_uri_match_token_info(impl->uri.get(), &info) == 0)
                continue;
            if (impl->module != nullptr)
                return fail(ErrorKind::invalid_input, "more than one PKCS#11 token fits {}: add its serial",
                            impl->uri_text);
            impl->module = *module;
            slot = slots[i];
            impl->label = trimmed(info.label, sizeof info.label);
            impl->flags = info.flags;
        }
    }
    if (impl->module == nullptr)
        return fail(ErrorKind::not_found, "there is no PKCS#11 token that {} names", impl->uri_text);
    const CK_RV code =
        impl->module->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &impl->session);
    if (code != CKR_OK) return std::unexpected(failure("be opened", code));
    return Pkcs11Token(std::move(impl));
}

Pkcs11Token::Pkcs11Token(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pkcs11Token::Pkcs11Token(Pkcs11Token&&) noexcept = default;
Pkcs11Token::~Pkcs11Token() = default;

const std::string& Pkcs11Token::label() const {
    return impl_->label;
}

const std::string& Pkcs11Token::uri() const {
    return impl_->uri_text;
}

bool Pkcs11Token::has_keypad() const {
    return (impl_->flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
}

Result<> Pkcs11Token::sign_in(const Secret& pin) {
    Secret copy = pin.duplicate();  // C_Login takes it writable
    auto* const digits = reinterpret_cast<CK_UTF8CHAR*>(copy.writable().data());
    const CK_RV code = impl_->module->C_Login(impl_->session, CKU_USER, digits, copy.size());
    switch (code) {
        case CKR_OK:
        case CKR_USER_ALREADY_LOGGED_IN:
            return {};
        case CKR_PIN_INCORRECT:
        case CKR_PIN_INVALID:
        case CKR_PIN_LEN_RANGE:
            return fail(ErrorKind::unauthenticated, "the PIN is wrong");
        case CKR_PIN_LOCKED:
            return fail(
                ErrorKind::forbidden,
                "the PKCS#11 token \"{}\" is locked after too many wrong PINs: unlock it with its own tool",
                impl_->label);
        default:
            return std::unexpected(failure("be signed in to", code));
    }
}

Result<Bytes> Pkcs11Token::encrypt(const Secret& key, Pkcs11Parameters::Hash hash) {
    VEDETTE_TRY(const CK_OBJECT_HANDLE object, impl_->object(CKO_PUBLIC_KEY));
    Oaep oaep(hash);
    if (const CK_RV code = impl_->module->C_EncryptInit(impl_->session, &oaep.mechanism, object);
        code != CKR_OK)
        return fail(ErrorKind::unsupported, "{}", failure("encrypt with RSA-OAEP", code).message);
    Secret copy = key.duplicate();
    Bytes encrypted(max_modulus_size);
    CK_ULONG size = encrypted.size();
    const CK_RV code =
        impl_->module->C_Encrypt(impl_->session, reinterpret_cast<CK_BYTE*>(copy.writable().data()),
                                 copy.size(), reinterpret_cast<CK_BYTE*>(encrypted.data()), &size);
    if (code != CKR_OK) return std::unexpected(failure("encrypt", code));
    encrypted.resize(std::min<std::size_t>(size, encrypted.size()));
    if (size < min_modulus_size)
        return fail(ErrorKind::invalid_input,
                    "the RSA key in the token \"{}\" is too short: it takes 2048 bits", impl_->label);
    return encrypted;
}

Result<Secret> Pkcs11Token::decrypt(ByteView encrypted, Pkcs11Parameters::Hash hash) {
    VEDETTE_TRY(const CK_OBJECT_HANDLE object, impl_->object(CKO_PRIVATE_KEY));
    Oaep oaep(hash);
    if (const CK_RV code = impl_->module->C_DecryptInit(impl_->session, &oaep.mechanism, object);
        code != CKR_OK)
        return std::unexpected(failure("decrypt with RSA-OAEP", code));
    Bytes copy(encrypted.begin(), encrypted.end());
    Secret key(max_modulus_size);
    CK_ULONG size = key.size();
    const CK_RV code =
        impl_->module->C_Decrypt(impl_->session, reinterpret_cast<CK_BYTE*>(copy.data()), copy.size(),
                                 reinterpret_cast<CK_BYTE*>(key.writable().data()), &size);
    if (code == CKR_ENCRYPTED_DATA_INVALID || code == CKR_ENCRYPTED_DATA_LEN_RANGE ||
        code == CKR_GENERAL_ERROR)
        return fail(ErrorKind::corrupt, "the key in the PKCS#11 token \"{}\" is another than the slot's",
                    impl_->label);
    if (code != CKR_OK || size > key.size()) return std::unexpected(failure("decrypt", code));
    return Secret(key.reveal().first(size));
}

Result<TokenPublicKey> Pkcs11Token::signing_key() {
    auto object = impl_->object(CKO_PUBLIC_KEY, CKK_EC_EDWARDS);
    const bool is_ecdsa = !object && object.error().kind == ErrorKind::not_found;
    if (is_ecdsa) object = impl_->object(CKO_PUBLIC_KEY, CKK_EC);
    if (!object && object.error().kind == ErrorKind::not_found)
        return fail(ErrorKind::not_found,
                    "the PKCS#11 token \"{}\" has no public key, Ed25519 or P-256, that {} names",
                    impl_->label, impl_->uri_text);
    if (!object) return std::unexpected(object.error());
    VEDETTE_TRY(const Bytes given, impl_->attribute(*object, CKA_EC_POINT));
    auto point = bare_point(given, is_ecdsa ? p256_point_size : ed25519_size);
    if (!point)
        return fail(ErrorKind::unsupported, "the key that {} names is neither Ed25519 nor of the curve P-256",
                    impl_->uri_text);
    if (is_ecdsa) point->erase(point->begin());
    return TokenPublicKey{is_ecdsa, std::move(*point)};
}

Result<Bytes> Pkcs11Token::sign_eddsa(ByteView message) {
    return impl_->sign(CKM_EDDSA, CKK_EC_EDWARDS, message);
}

Result<Bytes> Pkcs11Token::sign_ecdsa(ByteView digest) {
    return impl_->sign(CKM_ECDSA, CKK_EC, digest);
}

}  // namespace vedette::keystore
