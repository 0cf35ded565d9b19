#include "gateway/edge/gap_plan.hpp"

#include <algorithm>

namespace vedette::gateway::edge {

bool may_be_kept(vault::GapReason reason) {
    return reason == vault::GapReason::camera_unreachable || reason == vault::GapReason::camera_silent ||
           reason == vault::GapReason::bad_media;
}

std::vector<UtcInterval> plan_gaps(const std::vector<vault::Gap>& gaps,
                                   const std::vector<UtcInterval>& refused, UtcTime now) {
    std::vector<UtcInterval> joined;
    for (const vault::Gap& gap : gaps) {
        UtcInterval interval{std::max(gap.interval.start, now - oldest_gap), std::min(gap.interval.end, now)};
        if (!may_be_kept(gap.reason) || interval.empty()) continue;
        const bool is_refused = std::ranges::any_of(refused, [&](const UtcInterval& known) {
            return known.start <= interval.start + least_gap && interval.end <= known.end + least_gap;
        });
        if (is_refused) continue;
        if (!joined.empty() && interval.start <= joined.back().end)
            joined.back().end = std::max(joined.back().end, interval.end);
        else
            joined.push_back(interval);
    }
    std::vector<UtcInterval> pieces;
    for (UtcInterval rest : joined) {
        while (rest.end - rest.start > longest_piece + least_gap) {
            pieces.push_back({rest.start, rest.start + longest_piece});
            rest.start += longest_piece;
        }
        if (rest.end - rest.start >= least_gap) pieces.push_back(rest);
    }
    return pieces;
}

}  // namespace vedette::gateway::edge
