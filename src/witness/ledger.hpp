#pragma once
// What a witness keeps: its key, the logs that it was told to trust, and of each the last checkpoint that it
// cosigned. Nothing is remembered but on disk, so that nothing is forgotten by a kill.

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/file.hpp"
#include "base/time.hpp"
#include "crypto/cosignature.hpp"
#include "witness/decision.hpp"

namespace vedette::witness {

struct Listed {
    KnownLog known;
    std::uint64_t cosigned_at = 0;  ///< Unix seconds; 0: never
};

/// Blocking; not thread-safe. Other objects in other processes may trust and list beside one that cosigns.
class Ledger {
  public:
    /// Opens the folder, or makes it, with a new key. forbidden when others may read the key.
    static Result<Ledger> open(std::filesystem::path folder);

    /// A lock on the folder: conflict when another witness has it. Whoever cosigns must hold it.
    Result<File> lock() const;

    const crypto::WitnessVerifier& verifier() const { return verifier_; }

    /// From now on checkpoints of this log are taken. conflict: its origin is known by another key.
    Result<> trust(const crypto::NoteVerifier& log);
    /// A log begins anew, by its owner's word: what was cosigned of it is set aside, never removed.
    /// not_found: no such log is known, or none of it was cosigned.
    Result<> begin_anew(const std::string& origin, UtcTime now);
    /// By their origin.
    Result<std::vector<Listed>> logs() const;

    /// The cosignature's line, once the checkpoint is on disk. Errors: as the file system says.
    Result<std::variant<std::string, Refusal>> add_checkpoint(const crypto::Growth& growth, UtcTime now);
    /// The last checkpoint of the log with that SHA-256 of its origin, in lower-case hexadecimal: signed by
    /// the log, and cosigned. not_found: there is none.
    Result<std::string> checkpoint(std::string_view origin_hash) const;

  private:
    Ledger(std::filesystem::path folder, crypto::Ed25519Signer signer, crypto::WitnessVerifier verifier)
        : folder_(std::move(folder)), signer_(std::move(signer)), verifier_(std::move(verifier)) {}
    std::filesystem::path folder_of(std::string_view origin) const;
    Result<std::optional<Listed>> load(const std::filesystem::path& log) const;

    std::filesystem::path folder_;
    crypto::Ed25519Signer signer_;
    crypto::WitnessVerifier verifier_;
};

}  // namespace vedette::witness
