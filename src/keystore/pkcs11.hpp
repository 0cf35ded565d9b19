#pragma once
// A key pair in a PKCS#11 token (smart card, HSM), RSA of at least 2048 bits: the slot's key is encrypted to
// it with OAEP, and the token decrypts. Tokens are reached through p11-kit and the modules that its
// configuration names; no module is ever loaded by a path that the store tells.

#include <string>

#include "keystore/provider.hpp"

namespace vedette::keystore {

/// A slot's parameters: u8 hash of OAEP, u16 size and URI (RFC 7512) of the key, u16 size and ciphertext.
struct Pkcs11Parameters {
    enum class Hash : std::uint8_t { sha1 = 1, sha256 = 2 };
    Hash hash = Hash::sha256;
    std::string uri;
    Bytes encrypted;

    /// corrupt when they are damaged, or larger than 512 bytes of URI and 1024 of ciphertext.
    static Result<Pkcs11Parameters> parse(ByteView parameters);
    Bytes print() const;
};

const Provider& pkcs11_provider();

/// For a new slot: `uri` names the key pair (pkcs11:token=...;object=...). Asks for the PIN, and shows that
/// the token opens what was made. invalid_input when the URI is none, or more than one key fits.
Result<Enrolment> enrol_pkcs11(const Environment& environment, const std::string& uri);

}  // namespace vedette::keystore
