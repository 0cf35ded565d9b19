#pragma once
// Is the audit log what was signed? Offline, or beside a hub that goes on writing.

#include <functional>
#include <optional>
#include <string>

#include "crypto/kept_checkpoints.hpp"
#include "hub/audit/entry.hpp"
#include "hub/audit/layout.hpp"

namespace vedette::hub::audit {

struct VerifyOptions {
    std::optional<std::string> vkey;  ///< that must have signed; default: hub/audit.vkey
    std::optional<std::string>
        kept_checkpoint;  ///< a note that was kept elsewhere: the log must go on from it
    std::optional<crypto::Witnessing> witnessed;  ///< the same, by a witness; a fault when it does not count
};

/// One thing that is not as it was signed.
struct Fault {
    std::optional<std::uint64_t> sequence;  ///< of the entry
    std::optional<UtcTime> time;            ///< of the entry, as it was signed where that is known
    std::string place;                      ///< what it is about, when no entry
    std::string reason;                     ///< one or two sentences
};
std::string to_text(const Fault& fault);

struct VerifyReport {
    std::uint64_t entries = 0;  ///< that the checkpoint signs
    std::uint64_t faults = 0;
    std::uint64_t erased = 0;         ///< entries whose personal part was erased, as entries say
    std::uint64_t unsigned_tail = 0;  ///< rows behind the checkpoint: written at this moment, or at a crash
    std::optional<UtcTime> first;
    std::optional<UtcTime> last;
    std::optional<crypto::Checkpoint> checkpoint;
    std::string vkey;
    std::string vouched;   ///< what the witness vouches for, in words; empty when none does
    std::string personal;  ///< empty: personal parts were checked; else why not
};

/// Blocking. Needs no key, but checks personal parts only where hub/data.key may be read. Errors: not_found
/// when there is no log, invalid_input for a key or checkpoint that is none, as the database says.
Result<VerifyReport> verify(const Layout& layout, const VerifyOptions& options,
                            const std::function<void(const Fault&)>& on_fault);

}  // namespace vedette::hub::audit
