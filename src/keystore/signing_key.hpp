#pragma once
// A key that signs the log beside the log's own, and that never leaves a PKCS#11 token or a TPM 2.0: what
// keys/signing says of it, and its signatures. docs/ref/store-format.md has the bytes.

#include <memory>

#include "crypto/note_key.hpp"
#include "keystore/provider.hpp"

namespace vedette::keystore {

/// The numbers are stored, here and in the log.
enum class SignerKind : std::uint8_t {
    file = 1,  ///< the log's own key alone
    pkcs11 = 2,
    tpm2 = 3,
};
/// "PKCS#11 token" and so on, for people.
std::string_view to_string(SignerKind kind);

inline constexpr std::size_t max_signing_file_size = 8192;

/// keys/signing.
struct SigningKey {
    SignerKind kind = SignerKind::file;
    std::string vkey;    ///< of the key; empty for `file`
    std::string uri;     ///< pkcs11: the key pair, as RFC 7512 has it
    Bytes public_part;   ///< tpm2: TPM2B_PUBLIC
    Bytes private_part;  ///< tpm2: the buffer of TPM2B_PRIVATE, which this TPM alone can load

    /// unsupported: of a newer program; corrupt.
    static Result<SigningKey> parse(ByteView bytes);
    Bytes print() const;
};

/// Signs notes. One thread at a time; blocking, for a TPM some 100 ms, for a token or HSM as long as it
/// takes.
class NoteSigner {
  public:
    virtual ~NoteSigner() = default;
    /// What a note's signature line has behind the key's id. unavailable: token or TPM do not answer.
    virtual Result<Bytes> sign(ByteView message) = 0;
};

struct NewSigner {
    SigningKey key;
    std::unique_ptr<NoteSigner> signer;
};

/// The key pair of a token that `uri` names, Ed25519 or P-256; the note key gets `name`. Asks for the PIN.
/// invalid_input when the URI is none or names no such key, unauthenticated when the PIN is wrong.
Result<NewSigner> use_pkcs11_key(const Environment& environment, const std::string& uri,
                                 const std::string& name);
/// A new key, P-256, in the TPM of this machine.
Result<NewSigner> make_tpm2_key(const std::string& name);

/// Opens what keys/signing names, and holds one signature against the public key. not_found and unavailable:
/// the token or TPM is not there, and may come back; unauthenticated and forbidden: the PIN is wrong or the
/// token is locked, and no further attempt should be made; corrupt: it has another key. Not for `file`.
Result<std::unique_ptr<NoteSigner>> open_signer(const SigningKey& key, const Environment& environment);

}  // namespace vedette::keystore
