#pragma once
// Which stretches of the timeline a camera is asked for. Pure.

#include <vector>

#include "gateway/vault/types.hpp"

namespace vedette::gateway::edge {

inline constexpr Ticks90k least_gap = std::chrono::seconds(1);
/// Longer gaps are fetched in pieces, so that a failure costs little and others get their turn.
inline constexpr Ticks90k longest_piece = std::chrono::minutes(10);
/// What is older is not asked for: cameras have written over it.
inline constexpr Ticks90k oldest_gap = std::chrono::hours(24 * 7);

/// The gap's reason lies with the camera or the way to it: meanwhile it may have recorded by itself.
bool may_be_kept(vault::GapReason reason);

/// `gaps` as Vault::recordings() gives them, in order of time; those that touch are one. What `refused`
/// covers is left out. Oldest first: it is written over first.
std::vector<UtcInterval> plan_gaps(const std::vector<vault::Gap>& gaps,
                                   const std::vector<UtcInterval>& refused, UtcTime now);

}  // namespace vedette::gateway::edge
