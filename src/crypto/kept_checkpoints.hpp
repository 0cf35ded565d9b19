#pragma once
// Checkpoints of a log that were kept where nobody of its machine can change them, held against the log while
// it is read: it must go on from each. So a history that was signed anew, with the log's own key, shows.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/cosignature.hpp"
#include "crypto/merkle.hpp"

namespace vedette::crypto {

/// What a verification is to believe of a witness.
struct Witnessing {
    WitnessVerifier witness;
    std::string note;  ///< the checkpoint that it cosigned; empty: there is none
};

class KeptCheckpoints {
  public:
    /// A copy that somebody kept. invalid_input: it is none of the log that `log` signs.
    Result<> add_copy(std::string_view note, const NoteVerifier& log);
    /// corrupt: it is not signed by the log; not_found: there is none that the witness cosigned.
    Result<> add_witnessed(const Witnessing& witnessing, const NoteVerifier& log);

    /// To be called before the first entry and after each, with every reading of the log that may be true.
    void compare(const MerkleFrontier& reading);

    /// One or two sentences for each checkpoint that the log, which has `size` entries, does not go on from.
    std::vector<std::string> faults(std::uint64_t size) const;
    /// "31 entries at 2026-11-28T20:13:45.000Z", where the log goes on from what the witness cosigned.
    std::string vouched() const;

  private:
    struct Kept {
        Checkpoint checkpoint;
        std::string witness;  ///< empty: a copy
        std::uint64_t cosigned_at = 0;
        bool is_good = false;
    };
    std::string fault(const Kept& kept, std::uint64_t size) const;
    std::vector<Kept> kept_;
};

}  // namespace vedette::crypto
