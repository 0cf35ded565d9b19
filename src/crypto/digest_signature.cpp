#include "crypto/digest_signature.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/openssl.hpp"

namespace vedette::crypto {

using namespace detail;

namespace {

constexpr int least_signing_rsa_bits = 2048;
constexpr int most_signing_rsa_bits = 8192;
constexpr std::string_view certificate_begin = "-----BEGIN CERTIFICATE-----";

using MemoryBio = std::unique_ptr<BIO, Releaser<BIO_free>>;
using X509Certificate = std::unique_ptr<X509, Releaser<X509_free>>;
using SigningContext = std::unique_ptr<EVP_PKEY_CTX, Releaser<EVP_PKEY_CTX_free>>;

// Whoever made the PEM is not asked for a passphrase.
int no_signing_passphrase(char*, int, int, void*) {
    return -1;
}

MemoryBio bio_of(std::string_view text) {
    MemoryBio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    require(bio != nullptr);
    return bio;
}

PrivateOrPublicKey read_public_key(std::string_view pem) {
    const MemoryBio bio = bio_of(pem);
    if (!pem.starts_with(certificate_begin))
        return PrivateOrPublicKey(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_signing_passphrase, nullptr));
    const X509Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, no_signing_passphrase, nullptr));
    return PrivateOrPublicKey(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
}

bool is_acceptable(EVP_PKEY* key) {
    const int bits = EVP_PKEY_get_bits(key);
    if (EVP_PKEY_is_a(key, "RSA") == 1)
        return bits >= least_signing_rsa_bits && bits <= most_signing_rsa_bits;
    return EVP_PKEY_is_a(key, "EC") == 1 && (bits == 256 || bits == 384 || bits == 521);
}

bool prepare(EVP_PKEY_CTX* context, EVP_PKEY* key, RsaPadding padding) {
    if (EVP_PKEY_is_a(key, "RSA") != 1) return true;
    const int mode = padding == RsaPadding::pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    return EVP_PKEY_CTX_set_rsa_padding(context, mode) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1;
}

SigningContext context_of(EVP_PKEY* key) {
    SigningContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    require(context != nullptr);
    return context;
}

}  // namespace

struct DigestVerifier::Impl {
    PrivateOrPublicKey key;
    Sha256Digest fingerprint{};
};

DigestVerifier::DigestVerifier(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DigestVerifier::~DigestVerifier() = default;
DigestVerifier::DigestVerifier(DigestVerifier&&) noexcept = default;
DigestVerifier& DigestVerifier::operator=(DigestVerifier&&) noexcept = default;

Result<DigestVerifier> DigestVerifier::from_pem(std::string_view pem) {
    if (pem.size() > max_key_pem_bytes) return fail(ErrorKind::corrupt, "the key is too long");
    PrivateOrPublicKey key = read_public_key(pem);
    if (!key || !is_acceptable(key.get())) {
        ERR_clear_error();
        return fail(ErrorKind::corrupt, "this is no ECDSA or RSA key that may be used");
    }
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key.get(), &der);
    require(size > 0);
    const std::unique_ptr<unsigned char, Releaser<[](unsigned char* p) { OPENSSL_free(p); }>> owner(der);
    const Sha256Digest fingerprint =
        sha256(ByteView(reinterpret_cast<const std::byte*>(der), static_cast<std::size_t>(size)));
    return DigestVerifier(std::make_unique<Impl>(Impl{std::move(key), fingerprint}));
}

bool DigestVerifier::verify(const Sha256Digest& digest, ByteView signature, RsaPadding padding) const {
    const SigningContext context = context_of(impl_->key.get());
    const bool good =
        EVP_PKEY_verify_init(context.get()) == 1 && prepare(context.get(), impl_->key.get(), padding) &&
        EVP_PKEY_verify(context.get(), in(signature), signature.size(), in(digest), digest.size()) == 1;
    if (!good) ERR_clear_error();
    return good;
}

const Sha256Digest& DigestVerifier::fingerprint() const {
    return impl_->fingerprint;
}

struct DigestSigner::Impl {
    PrivateOrPublicKey key;
};

DigestSigner::DigestSigner(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DigestSigner::~DigestSigner() = default;
DigestSigner::DigestSigner(DigestSigner&&) noexcept = default;
DigestSigner& DigestSigner::operator=(DigestSigner&&) noexcept = default;

DigestSigner DigestSigner::make(bool rsa) {
    PrivateOrPublicKey key(rsa ? EVP_RSA_gen(least_signing_rsa_bits) : EVP_EC_gen("P-256"));
    require(key != nullptr);
    return DigestSigner(std::make_unique<Impl>(Impl{std::move(key)}));
}

Result<DigestSigner> DigestSigner::from_pem(ByteView key_pem) {
    const MemoryBio bio = bio_of({reinterpret_cast<const char*>(key_pem.data()), key_pem.size()});
    PrivateOrPublicKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_signing_passphrase, nullptr));
    if (!key) {
        ERR_clear_error();
        return fail(ErrorKind::corrupt, "this is no private key in PEM");
    }
    return DigestSigner(std::make_unique<Impl>(Impl{std::move(key)}));
}

Bytes DigestSigner::sign(const Sha256Digest& digest, RsaPadding padding) const {
    const SigningContext context = context_of(impl_->key.get());
    require(EVP_PKEY_sign_init(context.get()) == 1 && prepare(context.get(), impl_->key.get(), padding));
    Bytes signature(max_signature_bytes());
    std::size_t size = signature.size();
    require(EVP_PKEY_sign(context.get(), out(signature), &size, in(digest), digest.size()) == 1);
    signature.resize(size);
    return signature;
}

std::size_t DigestSigner::max_signature_bytes() const {
    return static_cast<std::size_t>(EVP_PKEY_get_size(impl_->key.get()));
}

std::string DigestSigner::public_key_pem() const {
    const MemoryBio bio(BIO_new(BIO_s_mem()));
    require(bio && PEM_write_bio_PUBKEY(bio.get(), impl_->key.get()) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

}  // namespace vedette::crypto
