#pragma once
// What `vedette keys sign-with` does: which key signs the log beside its own. Blocking; no recorder may run.

#include "gateway/vault/layout.hpp"
#include "keystore/signing_key.hpp"

namespace vedette::vault {

struct SignWith {
    keystore::SignerKind kind = keystore::SignerKind::file;
    std::string pkcs11_uri;  ///< pkcs11: the key pair
    /// The key that signed until now can't vouch for the next one. Verifying will tell so for ever.
    bool old_key_is_lost = false;
};

/// Opens the store, has the change stated in the log and signed by the log's own key, the key before and the
/// new one. A kill at any time leaves the one or the other. conflict: a recorder runs, or it signs so
/// already; otherwise see keystore::open_signer(), use_pkcs11_key() and make_tpm2_key().
Result<keystore::SigningKey> sign_with(const Layout& layout, const SignWith& wanted,
                                       keystore::Secrets& secrets);

}  // namespace vedette::vault
