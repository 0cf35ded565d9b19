#pragma once
// What lies in an archive and does not belong there: copies of our own that were interrupted go, what others
// have put there stays.

#include "gateway/vault/expiry.hpp"

namespace vedette::vault {

/// An interrupted copy may be looked into by whoever wonders, for so long.
inline constexpr Ticks90k interrupted_copy_age = std::chrono::hours(24);

struct ArchiveCare {
    std::uint64_t removed = 0;
    std::uint64_t unknown = 0;  ///< that nobody here knows: left alone
};
/// In the thread that moves recordings there, so that no copy goes on. A copy counts as our own when the
/// index has its segment in another place, where it really is, or its recordings were deleted.
Result<ArchiveCare> care_for_archive(const Expirer::Parts& parts, PlaceNumber archive,
                                     const std::function<bool()>& is_stopping);

}  // namespace vedette::vault
