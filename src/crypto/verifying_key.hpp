#pragma once
// Public keys of others that sign with ECDSA, RSA or Ed25519.

#include <memory>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace vedette::crypto {

/// Verifying is thread-safe.
class VerifyingKey {
  public:
    enum class Curve { p256, p384 };

    /// ECDSA with the hash of the curve's size (SHA-256, SHA-384), signatures in DER (RFC 3279
    /// section 2.2.3). `x` and `y` have the size of the curve's field. Error: corrupt, when this is no point
    /// of the curve.
    static Result<VerifyingKey> ec(Curve curve, ByteView x, ByteView y);
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2), big-endian numbers. Error: corrupt, when the
    /// modulus has less than 2048 or more than 4096 bits, or the exponent is even, 1, or longer than 32 bits.
    static Result<VerifyingKey> rsa(ByteView modulus, ByteView exponent);
    /// RFC 8032. Error: corrupt, when it has not 32 bytes.
    static Result<VerifyingKey> ed25519(ByteView key);

    ~VerifyingKey();
    VerifyingKey(VerifyingKey&&) noexcept;
    VerifyingKey& operator=(VerifyingKey&&) noexcept;

    bool verify(ByteView message, ByteView signature) const;

  private:
    struct Impl;
    explicit VerifyingKey(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::crypto
