#pragma once

#include <array>
#include <memory>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace vedette::crypto {

using Ed25519PublicKey = std::array<std::byte, 32>;
using Ed25519Signature = std::array<std::byte, 64>;

/// A private key of RFC 8032. Signing is thread-safe.
class Ed25519Signer {
  public:
    static Ed25519Signer generate();
    /// `seed` has 32 bytes (the private key of RFC 8032 section 5.1.5).
    static Result<Ed25519Signer> from_seed(ByteView seed);
    ~Ed25519Signer();
    Ed25519Signer(Ed25519Signer&&) noexcept;
    Ed25519Signer& operator=(Ed25519Signer&&) noexcept;

    Ed25519Signature sign(ByteView message) const;
    const Ed25519PublicKey& public_key() const { return public_key_; }
    Secret seed() const;

  private:
    struct Impl;
    explicit Ed25519Signer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
    Ed25519PublicKey public_key_{};
};

bool ed25519_verify(const Ed25519PublicKey& key, ByteView message, ByteView signature);

}  // namespace vedette::crypto
