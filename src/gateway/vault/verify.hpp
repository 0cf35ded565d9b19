#pragma once
// Proves that what lies on disk is what was signed. Needs no secret key, changes nothing, and may run beside
// the recorder.

#include <functional>
#include <map>
#include <optional>

#include "crypto/kept_checkpoints.hpp"
#include "gateway/vault/fault.hpp"
#include "gateway/vault/layout.hpp"
#include "gateway/vault/verify_signing.hpp"

namespace vedette::keystore {
class Secrets;
}

namespace vedette::vault {

/// What a rule deleted, by signed statement. Statements of one stream and rule that follow each other are
/// one.
struct RuleDeletion {
    StreamKey stream;
    std::string camera_name;
    UtcInterval interval;  ///< of the recordings
    DeletionRule rule = DeletionRule::keep_days;
    std::uint64_t value = 0;
    UtcTime last_at;  ///< when the last of it was deleted
    std::uint64_t fragments = 0;
    std::uint64_t bytes = 0;
};

/// How far a verification has come.
struct VerifyProgress {
    std::uint64_t entries = 0;  ///< of the log that are done
    std::uint64_t entries_total = 0;
    std::uint64_t bytes = 0;  ///< of recordings that were held against them
};

struct VerifyOptions {
    /// The public key that the caller trusts: the log's own, or one in a token or TPM that signs beside it.
    /// None: those in the directory, which prove integrity, not origin.
    std::optional<std::string> vkey;
    /// A signed checkpoint of this log that was copied earlier, and kept where nobody here could change it:
    /// the text of the file. The log must go on from it, which finds what was signed anew by a thief of the
    /// key as well.
    std::optional<std::string> kept_checkpoint;
    /// The same, by a witness. A fault when that does not count.
    std::optional<crypto::Witnessing> witnessed;
    /// Asked for what a key slot takes; null: nobody is.
    keystore::Secrets* secrets = nullptr;
    /// Tree, headers and sizes alone: what only the hash of picture and sound tells is not found.
    bool fast = false;
    /// Only what this camera recorded, by its id or its name; empty: all. The log is always read whole.
    std::string camera;
    /// Only files with anything in it.
    std::optional<UtcInterval> interval;
    /// Called often; false ends the verification with the error `cancelled`.
    std::function<bool(const VerifyProgress&)> on_progress;
};

/// A stretch of recordings that is not as the camera signed it. It is no fault of what is stored: it was
/// recorded so.
struct NotAuthentic {
    StreamKey stream;
    std::string camera_name;
    UtcInterval interval;
    std::uint64_t fragments = 0;
    SignerKey signer_key{};
};
inline constexpr std::size_t max_told_not_authentic = 100;

/// What lies beside the recordings in a place, and is not Vedette's.
struct Beside {
    std::uint64_t count = 0;
    std::vector<std::string> names;  ///< the first of them
    static constexpr std::size_t max_names = 10;
    void add(std::string name) {
        if (++count <= max_names) names.push_back(std::move(name));
    }
};

struct VerifyReport {
    // What was found to be as it was signed.
    std::uint64_t fragments = 0;
    std::uint64_t fetched = 0;  ///< of the fragments, those from the cameras' own storage
    std::uint64_t light = 0;    ///< of the fragments, those under light encryption
    std::uint64_t gaps = 0;
    struct Gaps {
        std::uint64_t count = 0;
        Ticks90k duration{};  ///< of all camera streams together
    };
    std::map<GapReason, Gaps> by_reason;  ///< the gaps
    /// Of the fragments, what was found about the camera's own signature when they were recorded.
    std::map<CameraSignature, std::uint64_t> by_signature;
    /// Fragments that were not authentic then, one after another taken together; the first of them, and how
    /// many stretches there are in all.
    std::vector<NotAuthentic> not_authentic;
    std::uint64_t not_authentic_stretches = 0;
    std::uint64_t bytes = 0;
    std::uint64_t files = 0;  ///< segment files that hold any of it
    std::uint64_t streams = 0;
    std::optional<UtcInterval> covered;  ///< from the first fragment's start to the last one's end

    std::uint64_t left_out = 0;         ///< fragments that were not asked for
    std::uint64_t deleted = 0;          ///< records that a signed deletion covers
    std::vector<RuleDeletion> by_rule;  ///< those that a rule deleted
    std::uint64_t holds = 0;            ///< that are in force
    std::uint64_t starts = 0;           ///< of the recorder, that the log tells of
    std::uint64_t cut_off = 0;          ///< of them, those after a process that was not stopped in good order
    std::vector<ClockStep> steps;       ///< of the clock, in the order in which they came
    std::uint64_t leftovers = 0;        ///< files of deleted recordings that still lie there
    std::uint64_t unsigned_tail = 0;    ///< bytes behind the checkpoint: of a running recorder, or a crash

    struct Away {
        std::uint64_t fragments = 0;
        std::optional<UtcInterval> covered;
    };
    /// By the name of a disk that is away: what should lie there, so that nothing can be said about it. No
    /// fault.
    std::map<std::string, Away> away;
    /// Files and objects where recordings lie, that nobody knows: told as faults.
    std::uint64_t strangers = 0;
    /// Copies into an archive that were not finished, or go on just now. No fault: the recorder removes them
    /// after a day.
    std::uint64_t unfinished_copies = 0;
    /// By the name of a disk or archive. No fault: a bucket may be used for other things as well.
    std::map<std::string, Beside> beside;

    std::uint64_t faults = 0;
    std::uint64_t faulty_fragments = 0;            ///< that are missing or altered
    std::optional<crypto::Checkpoint> checkpoint;  ///< none: there is no trustworthy one, which is a fault
    std::string vkey;                              ///< empty when there is none
    std::vector<SignedStretch> signed_by;          ///< which keys signed which entries
    std::string vouched;  ///< what the witness vouches for, in words; empty when none does
    std::string keys;     ///< why the sealing keys were not checked, for people; empty when they were
    std::string index;    ///< why the index was not checked; it is no part of the proof
};

/// Reads the whole log and every segment file that is asked for. Each fault goes to `on_fault` as it is
/// found, and the rest is verified all the same. An error is returned only when nothing can be said: no
/// recordings there, not readable, of a newer format, a `vkey` or kept checkpoint that is none, a camera that
/// is not known (not_found), or cancelled. Where this user may read the keys, it is checked too that they
/// open what was recorded. Blocking.
Result<VerifyReport> verify(const Layout& layout, const VerifyOptions& options,
                            const std::function<void(const Fault&)>& on_fault);

}  // namespace vedette::vault
