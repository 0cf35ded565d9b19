#include "crypto/kdf.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "crypto/openssl.hpp"

namespace vedette::crypto {

using namespace detail;

Secret hkdf_expand_sha512(ByteView prk, ByteView info, std::size_t size) {
    static const Kdf kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const KdfContext context(EVP_KDF_CTX_new(kdf.get()));
    require(context != nullptr);
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    char digest[] = "SHA512";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, const_cast<std::byte*>(prk.data()), prk.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, const_cast<std::byte*>(info.data()),
                                          info.size()),
        OSSL_PARAM_construct_end()};
    Secret key(size);
    require(EVP_KDF_derive(context.get(), out(key.writable()), size, params) == 1);
    return key;
}

}  // namespace vedette::crypto
