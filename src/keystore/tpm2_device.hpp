#pragma once
// What the provider in tpm2.cpp has a TPM do, by tss2-esys. The key never crosses the bus readably: sessions
// are salted with the storage key, and encrypt it.

#include <functional>
#include <memory>
#include <optional>

#include "base/secret.hpp"
#include "crypto/digest.hpp"
#include "keystore/tpm2.hpp"

namespace vedette::keystore {

/// Of an RSA key that signs PCRs' values.
struct PolicyKey {
    Bytes modulus;
    std::uint32_t exponent = 65537;
};

struct EccPoint {
    Bytes x, y;  ///< of 32 bytes
};
struct EcdsaNumbers {
    Bytes r, s;
};

/// Looks up the signature for a policy's digest. nullopt: there is none.
using FindSignature = std::function<Result<Bytes>(std::uint32_t pcrs, ByteView policy_digest)>;

/// One connection. Blocking.
class Tpm2Device {
  public:
    /// $VEDETTE_TPM2 names it, in the form of tss2's TCTI; else /dev/tpmrm0. unavailable when there is none.
    static Result<Tpm2Device> open();
    Tpm2Device(Tpm2Device&&) noexcept;
    Tpm2Device& operator=(Tpm2Device&&) = delete;
    ~Tpm2Device();

    /// Fills both parts.
    Result<> seal(const Secret& key, Tpm2Parameters& parameters, const std::optional<PolicyKey>& policy_key);
    /// forbidden when the PCRs are not as the policy says; corrupt when another TPM sealed it.
    Result<Secret> unseal(const Tpm2Parameters& parameters, const std::optional<PolicyKey>& policy_key,
                          const FindSignature& find_signature);

    /// A new key that signs with ECDSA over P-256 and never leaves this TPM; whoever has the machine may use
    /// it. Fills both parts.
    Result<EccPoint> make_signing_key(Bytes& public_part, Bytes& private_part);
    /// By such a key. corrupt when another TPM made it.
    Result<EcdsaNumbers> sign(ByteView public_part, ByteView private_part,
                              const crypto::Sha256Digest& digest);

  private:
    struct Impl;
    explicit Tpm2Device(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::keystore
