#include "crypto/key_wrap.hpp"

#include "crypto/kdf.hpp"
#include "crypto/openssl.hpp"

namespace vedette::crypto {

using namespace detail;

namespace {

constexpr std::size_t max_key_size = 4096;

CipherContext wrap_context() {
    CipherContext context(EVP_CIPHER_CTX_new());
    require(context != nullptr);
    EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    return context;
}

Secret key_for(const Secret& parent, ByteView purpose) {
    ByteWriter info;
    info.text("vedette key wrap v1").u8(0).bytes(purpose);
    return hkdf_expand_sha512(parent.reveal(), info.view(), 32);
}

}  // namespace

Bytes wrap_key(const Secret& kek, ByteView key) {
    require(kek.size() == 32 && !key.empty() && key.size() <= max_key_size);
    const CipherContext context = wrap_context();
    Bytes wrapped((key.size() + 7) / 8 * 8 + 8);
    int size = 0;
    require(
        EVP_EncryptInit_ex(context.get(), EVP_aes_256_wrap_pad(), nullptr, in(kek.reveal()), nullptr) == 1 &&
        EVP_EncryptUpdate(context.get(), out(wrapped), &size, in(key), static_cast<int>(key.size())) == 1 &&
        static_cast<std::size_t>(size) == wrapped.size());
    return wrapped;
}

Result<Secret> unwrap_key(const Secret& kek, ByteView wrapped) {
    if (wrapped.size() < 16 || wrapped.size() % 8 != 0 || wrapped.size() > max_key_size + 8)
        return fail(ErrorKind::corrupt, "a wrapped key has a wrong length");
    require(kek.size() == 32);
    const CipherContext context = wrap_context();
    Secret padded(wrapped.size());
    int size = 0;
    if (EVP_DecryptInit_ex(context.get(), EVP_aes_256_wrap_pad(), nullptr, in(kek.reveal()), nullptr) != 1 ||
        EVP_DecryptUpdate(context.get(), out(padded.writable()), &size, in(wrapped),
                          static_cast<int>(wrapped.size())) != 1 ||
        size <= 0)
        return fail(ErrorKind::corrupt,
                    "a wrapped key doesn't open: it is damaged or the key above it is another");
    return Secret(padded.reveal().first(static_cast<std::size_t>(size)));
}

Bytes wrap_key_for(const Secret& parent, ByteView purpose, ByteView key) {
    return wrap_key(key_for(parent, purpose), key);
}

Result<Secret> unwrap_key_for(const Secret& parent, ByteView purpose, ByteView wrapped) {
    return unwrap_key(key_for(parent, purpose), wrapped);
}

}  // namespace vedette::crypto
