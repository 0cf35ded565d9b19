#pragma once
// What hub and gateway say to each other about what is kept: rules, holds, and what was deleted.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"

namespace vedette::wire {

/// By which rule recordings were deleted.
enum class DeletionRule : std::uint8_t { keep_days, keep_bytes, keep_free_percent };
std::string_view to_string(DeletionRule rule);

struct DeletedRange {
    UtcInterval interval;
    DeletionRule rule = DeletionRule::keep_days;
    std::uint64_t value = 0;  ///< of the rule: days, bytes or percent
    UtcTime deleted_at{};     ///< the last of it
};

inline constexpr std::uint32_t max_keep_days = 3650;
inline constexpr std::uint64_t max_keep_bytes = std::uint64_t{1} << 53;  ///< JSON's numbers are exact to here

/// What may be deleted of each camera's recordings; unset: nothing for that reason.
struct KeepRule {
    std::optional<std::uint32_t> keep_days{};   ///< 1 to max_keep_days
    std::optional<std::uint64_t> keep_bytes{};  ///< of each camera; 1 to max_keep_bytes
    friend bool operator==(const KeepRule&, const KeepRule&) = default;
};
struct GroupRule {
    CameraGroupId group;
    KeepRule keep;
    std::vector<CameraId> cameras;  ///< that are in the group; some may have been removed since
    friend bool operator==(const GroupRule&, const GroupRule&) = default;
};
/// What cameras without a rule of their own go by.
struct InheritedRules {
    KeepRule site;
    std::vector<GroupRule> groups;
    friend bool operator==(const InheritedRules&, const InheritedRules&) = default;
};
inline constexpr std::size_t max_group_rules = 1000;

/// Of a camera that has none of its own: days and bytes for themselves, those of its groups that keep most,
/// else the site's. Pure.
KeepRule inherited_rule(const InheritedRules& rules, const CameraId& camera);

/// Answered by InheritedRules.
struct GetInheritedRules {};
/// All of them, in place of those before; looked at with the next round of retention. Answered by
/// InheritedRules.
struct SetInheritedRules {
    InheritedRules rules;
};

/// A stretch of a camera's recordings that no rule may delete.
struct Hold {
    std::uint64_t id = 0;
    UtcTime start{};
    std::optional<UtcTime> end{};  ///< unset: everything from `start` on
    std::string reason;
    std::string placed_by;
    UtcTime placed_at{};
};
struct HoldList {
    std::vector<Hold> holds;  ///< by their start
};

/// Answered by HoldList.
struct ListHolds {
    CameraId camera;
};
/// `id` and `placed_at` are the gateway's to give. Answered by Hold.
struct PlaceHold {
    CameraId camera;
    Hold hold;
};
/// The rules are looked at then.
struct LiftHold {
    CameraId camera;
    std::uint64_t hold = 0;
};

}  // namespace vedette::wire
