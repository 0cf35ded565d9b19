#include "crypto/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "crypto/openssl.hpp"

namespace vedette::crypto {

using namespace detail;

namespace {

template <std::size_t Size>
std::array<std::byte, Size> digest(const EVP_MD* type, ByteView bytes) {
    std::array<std::byte, Size> out;
    unsigned size = 0;
    require(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size, type,
                       nullptr) == 1 &&
            size == Size);
    return out;
}

}  // namespace

struct Sha256::Impl {
    Impl() { require(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1); }
    ~Impl() { EVP_MD_CTX_free(context); }
    EVP_MD_CTX* context = EVP_MD_CTX_new();
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteView bytes) {
    require(EVP_DigestUpdate(impl_->context, bytes.data(), bytes.size()) == 1);
}

Sha256Digest Sha256::so_far() const {
    Sha256Digest out;
    unsigned size = 0;
    Impl copy;
    require(EVP_MD_CTX_copy_ex(copy.context, impl_->context) == 1 &&
            EVP_DigestFinal_ex(copy.context, reinterpret_cast<unsigned char*>(out.data()), &size) == 1);
    return out;
}

Sha256Digest Sha256::finish() {
    Sha256Digest out;
    unsigned size = 0;
    require(EVP_DigestFinal_ex(impl_->context, reinterpret_cast<unsigned char*>(out.data()), &size) == 1);
    require(EVP_DigestInit_ex(impl_->context, nullptr, nullptr) == 1);
    return out;
}

Sha256Digest sha256(ByteView bytes) {
    return digest<32>(EVP_sha256(), bytes);
}
Sha256Digest sha512_256(ByteView bytes) {
    return digest<32>(EVP_sha512_256(), bytes);
}
std::array<std::byte, 16> md5(ByteView bytes) {
    return digest<16>(EVP_md5(), bytes);
}
std::array<std::byte, 20> sha1(ByteView bytes) {
    return digest<20>(EVP_sha1(), bytes);
}

bool equal_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void random_bytes(std::span<std::byte> out) {
    require(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) == 1);
}

Secret random_secret(std::size_t size) {
    Secret secret(size);
    random_bytes(secret.writable());
    return secret;
}

}  // namespace vedette::crypto
