#pragma once
// Proofs for strangers: one fragment, and that the signed log holds it.

#include <string>

#include "gateway/vault/layout.hpp"

namespace vedette::vault {

struct ProofRequest {
    std::string camera;  ///< its id or its name
    std::uint8_t stream = 0;
    UtcTime at;  ///< of the fragment
};

/// A proof that the log's checkpoint covers the fragment, as text (c2sp.org/tlog-proof). Its extra data is
/// the entry, the first bytes of the record's header, whose hash is the leaf. not_found: no such camera, or
/// nothing of it was recorded then. Needs no secret key, works beside a recorder. Blocking: it searches the
/// log from its end.
Result<std::string> prove_fragment(const Layout& layout, const ProofRequest& request);

}  // namespace vedette::vault
