#pragma once
// A place whose disk was away, and is there again: what happened meanwhile is made up for.

#include "gateway/vault/expiry.hpp"

namespace vedette::vault {

struct Homecoming {
    std::size_t moved = 0;    ///< files that were open, and are closed now
    std::size_t found = 0;    ///< files that the index did not know
    std::size_t removed = 0;  ///< files of recordings that were deleted meanwhile
};

/// Deletes what was deleted meanwhile, closes what was open, and brings back into the index what it does not
/// have. From `scan_from` on the log is read for what was open. Blocking; not in the writer's thread. After
/// an error it is to be done again.
Result<Homecoming> bring_home(const Expirer::Parts& parts, PlaceNumber place, std::uint64_t scan_from);

}  // namespace vedette::vault
