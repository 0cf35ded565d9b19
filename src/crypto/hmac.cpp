#include "crypto/hmac.hpp"

#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace vedette::crypto {

std::array<std::byte, 32> hmac_sha256(ByteView key, ByteView text) {
    std::array<std::byte, 32> mac{};
    unsigned size = 0;
    if (::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
               reinterpret_cast<const unsigned char*>(text.data()), text.size(),
               reinterpret_cast<unsigned char*>(mac.data()), &size) == nullptr ||
        size != mac.size())
        throw std::runtime_error("OpenSSL has no HMAC-SHA-256");
    return mac;
}

}  // namespace vedette::crypto
