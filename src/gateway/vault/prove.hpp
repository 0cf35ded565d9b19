#pragma once
// Proofs for strangers: one fragment, and that the signed log holds it.

#include <string>
#include <vector>

#include "gateway/vault/layout.hpp"

namespace vedette::vault {

struct ProofRequest {
    std::string camera;  ///< its id or its name
    std::uint8_t stream = 0;
    UtcTime at;  ///< of the fragment
};

struct FragmentProof {
    std::string text;
    /// Which keys have signed its checkpoint, for people: kind, algorithm, vkey.
    std::vector<std::string> signers;
};

/// A proof that the log's checkpoint covers the fragment, as text (c2sp.org/tlog-proof). Its extra data is
/// the entry, the first bytes of the record's header, whose hash is the leaf. not_found: no such camera, or
/// nothing of it was recorded then. Needs no secret key, works beside a recorder. Blocking: it searches the
/// log from its end. Where a key in a token or TPM has signed a checkpoint that covers the fragment, it is
/// that one.
Result<FragmentProof> prove_fragment(const Layout& layout, const ProofRequest& request);

}  // namespace vedette::vault
