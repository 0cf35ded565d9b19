#pragma once
// Whether a witness cosigns (c2sp.org/tlog-witness, add-checkpoint). Pure.

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/growth.hpp"

namespace vedette::witness {

/// Why not.
struct Refusal {
    unsigned status = 400;  ///< of HTTP, as the specification has it
    std::string sentence;
    /// Status 409: the size of the last checkpoint that was cosigned.
    std::optional<std::uint64_t> size{};

    friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// What the witness knows of one log.
struct KnownLog {
    crypto::NoteVerifier log;
    std::optional<crypto::Checkpoint> last{};  ///< that it cosigned
};

/// nullopt: the checkpoint may be cosigned, once it is kept in the place of `known.last`. Without `known` the
/// log's origin is one that nobody has told the witness to trust.
std::optional<Refusal> refuse(const crypto::Growth& growth, const std::optional<KnownLog>& known);

}  // namespace vedette::witness
