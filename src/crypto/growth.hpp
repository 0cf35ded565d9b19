#pragma once
// That a log has grown from one checkpoint to another, as a witness takes it and people may check it: the
// body of add-checkpoint (c2sp.org/tlog-witness).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/tile_log.hpp"

namespace vedette::crypto {

inline constexpr std::size_t max_proof_lines = 63;
inline constexpr std::size_t max_growth_size = 8 * 1024 + max_note_size;

/// "old <size>", hashes of the consistency proof in base64, an empty line, the newer checkpoint.
struct Growth {
    std::uint64_t old_size = 0;
    std::vector<Sha256Digest> proof;
    std::string note;       ///< the newer checkpoint, signed
    Checkpoint checkpoint;  ///< what it says; nothing is verified

    std::string text() const;
    /// invalid_input: not in this form.
    static Result<Growth> parse(std::string_view text);
};

/// From the log's first `old_size` entries to `note`, its signed checkpoint. invalid_input: it has fewer
/// entries; corrupt: it is not what was signed. Blocking.
Result<Growth> prove_growth(const TileLogReader& log, std::uint64_t old_size, std::string note,
                            const NoteVerifier& verifier);
/// The same for the checkpoint that lies in the log's folder; `vkey` is the file with the log's public key.
Result<Growth> prove_growth(const std::filesystem::path& log, const std::filesystem::path& vkey,
                            std::uint64_t old_size);

}  // namespace vedette::crypto
