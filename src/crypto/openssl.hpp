#pragma once
// Ownership of OpenSSL objects, for the .cpp files of this folder alone.

#include <cstdlib>
#include <memory>

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "base/bytes.hpp"

namespace vedette::crypto::detail {

template <auto Free>
struct Releaser {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Releaser<EVP_CIPHER_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Releaser<EVP_MD_CTX_free>>;
using PrivateOrPublicKey = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using Kdf = std::unique_ptr<EVP_KDF, Releaser<EVP_KDF_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Releaser<EVP_KDF_CTX_free>>;

inline const unsigned char* in(ByteView bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
inline unsigned char* out(std::span<std::byte> bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

/// For calls that fail only when memory is exhausted or the library is broken: nothing sensible can follow.
inline void require(bool ok) {
    if (!ok) std::abort();
}

}  // namespace vedette::crypto::detail
