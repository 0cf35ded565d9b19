#pragma once
// Signatures over a digest that somebody has made already, as cameras sign their video: ECDSA and RSA.

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/digest.hpp"

namespace vedette::crypto {

inline constexpr std::size_t max_key_pem_bytes = 32 * 1024;

enum class RsaPadding : std::uint8_t { pkcs1, pss };

/// A public key that came with what it is to verify. Verifying is thread-safe.
class DigestVerifier {
  public:
    /// Of the first PEM block: a certificate (X.509), or a public key (SubjectPublicKeyInfo). Error: corrupt,
    /// when it is neither, has more than max_key_pem_bytes, or is no ECDSA key of P-256, P-384 or P-521 and
    /// no RSA key of 2048 to 8192 bits.
    static Result<DigestVerifier> from_pem(std::string_view pem);

    ~DigestVerifier();
    DigestVerifier(DigestVerifier&&) noexcept;
    DigestVerifier& operator=(DigestVerifier&&) noexcept;

    /// ECDSA: signature in DER (RFC 3279 section 2.2.3). RSA: over SHA-256 with this padding, with PSS of any
    /// length of salt.
    bool verify(const Sha256Digest& digest, ByteView signature, RsaPadding padding) const;
    /// SHA-256 of the key's SubjectPublicKeyInfo in DER.
    const Sha256Digest& fingerprint() const;

  private:
    struct Impl;
    explicit DigestVerifier(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The private half, for simulated cameras.
class DigestSigner {
  public:
    /// A new key of P-256, or with `rsa` one of 2048 bits.
    static DigestSigner make(bool rsa = false);
    /// Error: corrupt, when it is no private key in PEM.
    static Result<DigestSigner> from_pem(ByteView key_pem);

    ~DigestSigner();
    DigestSigner(DigestSigner&&) noexcept;
    DigestSigner& operator=(DigestSigner&&) noexcept;

    Bytes sign(const Sha256Digest& digest, RsaPadding padding) const;
    /// The most bytes that sign() gives.
    std::size_t max_signature_bytes() const;
    std::string public_key_pem() const;

  private:
    struct Impl;
    explicit DigestSigner(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::crypto
