#include "crypto/ed25519.hpp"

#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"

namespace vedette::crypto {

using namespace detail;

struct Ed25519Signer::Impl {
    PrivateOrPublicKey key;
};

Ed25519Signer::Ed25519Signer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
    std::size_t size = public_key_.size();
    require(EVP_PKEY_get_raw_public_key(impl_->key.get(), out(public_key_), &size) == 1);
}
Ed25519Signer::~Ed25519Signer() = default;
Ed25519Signer::Ed25519Signer(Ed25519Signer&&) noexcept = default;
Ed25519Signer& Ed25519Signer::operator=(Ed25519Signer&&) noexcept = default;

Ed25519Signer Ed25519Signer::generate() {
    const Secret seed = random_secret(32);
    auto signer = from_seed(seed.reveal());
    require(signer.has_value());
    return std::move(*signer);
}

Result<Ed25519Signer> Ed25519Signer::from_seed(ByteView seed) {
    if (seed.size() != 32)
        return fail(ErrorKind::corrupt, "an Ed25519 private key has 32 bytes, not {}", seed.size());
    PrivateOrPublicKey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, in(seed), seed.size()));
    require(key != nullptr);
    return Ed25519Signer(std::make_unique<Impl>(Impl{std::move(key)}));
}

Ed25519Signature Ed25519Signer::sign(ByteView message) const {
    const DigestContext context(EVP_MD_CTX_new());
    Ed25519Signature signature;
    std::size_t size = signature.size();
    require(context != nullptr &&
            EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, impl_->key.get()) == 1 &&
            EVP_DigestSign(context.get(), out(signature), &size, in(message), message.size()) == 1);
    return signature;
}

Secret Ed25519Signer::seed() const {
    Secret seed(32);
    std::size_t size = seed.size();
    require(EVP_PKEY_get_raw_private_key(impl_->key.get(), out(seed.writable()), &size) == 1);
    return seed;
}

bool ed25519_verify(const Ed25519PublicKey& public_key, ByteView message, ByteView signature) {
    const PrivateOrPublicKey key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, in(public_key), public_key.size()));
    const DigestContext context(EVP_MD_CTX_new());
    return key != nullptr && context != nullptr &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), in(signature), signature.size(), in(message), message.size()) == 1;
}

}  // namespace vedette::crypto
