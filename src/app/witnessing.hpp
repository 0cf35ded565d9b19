#pragma once
// The signed logs of a data directory, and what a witness has cosigned of them.

#include <filesystem>
#include <optional>
#include <string>

#include "crypto/kept_checkpoints.hpp"
#include "witness/submission.hpp"

namespace vedette::app {

inline constexpr const char* witness_option_help =
    "Public key of a witness, or https://HOST:PORT=KEY to ask the witness itself: the log must go on from "
    "what it cosigned";
inline constexpr const char* prove_growth_help =
    "Print a proof that the log goes on from an older checkpoint (RFC 6962; add-checkpoint of "
    "c2sp.org/tlog-witness)";

witness::OwnLog recordings_log(const std::filesystem::path& data);
witness::OwnLog audit_log(const std::filesystem::path& data);

/// `witness` as it was written; nullopt: nothing was. With an address the witness itself is asked, else what
/// lies in the data directory is taken. A note that is missing is empty, which a verification names as a
/// fault. `trusted_vkey` counts instead of the log's own, unless it is empty. Blocking.
Result<std::optional<crypto::Witnessing>> witnessing_of(const std::string& witness,
                                                        const std::filesystem::path& data,
                                                        const witness::OwnLog& log,
                                                        const std::string& trusted_vkey);

/// `prove-growth`: prints the proof that the log goes on from its first `old_size` entries. The exit code.
int print_growth(const witness::OwnLog& log, std::uint64_t old_size);

}  // namespace vedette::app
