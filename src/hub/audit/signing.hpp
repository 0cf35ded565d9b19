#pragma once
// The key that signs the audit log.

#include "crypto/signed_note.hpp"
#include "hub/audit/layout.hpp"

namespace vedette::hub::audit {

struct Signing {
    crypto::Ed25519Signer signer;
    std::string origin;  ///< of the log's checkpoints, and name of the key
    bool is_new = false;
};

/// hub/audit.key, made when it is missing; hub/audit.vkey is written where it is missing or another one.
/// Errors as crypto::load_or_make_key(). Blocking.
Result<Signing> open_signing(const Layout& layout);

}  // namespace vedette::hub::audit
