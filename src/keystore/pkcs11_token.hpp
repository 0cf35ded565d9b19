#pragma once
// One key pair in a token, by p11-kit: RSA that opens (pkcs11.cpp), or one that signs (signing_key.cpp).

#include <memory>

#include "base/secret.hpp"
#include "keystore/pkcs11.hpp"

namespace vedette::keystore {

/// Of a key pair that signs.
struct TokenPublicKey {
    bool is_ecdsa = false;  ///< P-256; else Ed25519
    Bytes point;            ///< x and y; of Ed25519 the 32 bytes of RFC 8032
};

/// Blocking. The modules are loaded while it lives.
class Pkcs11Token {
  public:
    /// Finds the token that `uri` names, by the modules of p11-kit's configuration. not_found when it is not
    /// there.
    static Result<Pkcs11Token> find(const std::string& uri);
    Pkcs11Token(Pkcs11Token&&) noexcept;
    Pkcs11Token& operator=(Pkcs11Token&&) = delete;
    ~Pkcs11Token();

    const std::string& label() const;
    /// The URI in one form.
    const std::string& uri() const;
    /// Whether the token's reader has a keypad of its own, so that there is no PIN to pass on.
    bool has_keypad() const;

    /// unauthenticated when the PIN is wrong; forbidden when the token is locked.
    Result<> sign_in(const Secret& pin);
    /// To the public key. unsupported when the token does not know OAEP with that hash.
    Result<Bytes> encrypt(const Secret& key, Pkcs11Parameters::Hash hash);
    /// By the private key, after sign_in(). corrupt when it is not what was encrypted to it.
    Result<Secret> decrypt(ByteView encrypted, Pkcs11Parameters::Hash hash);

    /// The public half of the Ed25519 or P-256 pair that the URI names; after sign_in(). not_found: there is
    /// none; unsupported: of another curve.
    Result<TokenPublicKey> signing_key();
    /// RFC 8032. unavailable when the token is gone.
    Result<Bytes> sign_eddsa(ByteView message);
    /// ECDSA of a SHA-256 digest: r and s, of one size. unavailable when the token is gone.
    Result<Bytes> sign_ecdsa(ByteView digest);

  private:
    struct Impl;
    explicit Pkcs11Token(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::keystore
