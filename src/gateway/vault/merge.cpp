#include "gateway/vault/merge.hpp"

namespace vedette::vault {

namespace {

constexpr Ticks90k tolerance = std::chrono::milliseconds(20);   // rounding between two runs
constexpr Ticks90k least_gap = std::chrono::milliseconds(500);  // less is not told

UtcInterval interval_of(const PlayItem& item) {
    if (const auto* fragment = std::get_if<PlayFragment>(&item))
        return {fragment->start, fragment->start + fragment->duration};
    if (const auto* gap = std::get_if<PlayGap>(&item)) return gap->interval;
    if (const auto* damage = std::get_if<PlayDamage>(&item)) return damage->interval;
    return {};
}

}  // namespace

template <class Source>
Result<> Merge::fill(Side<Source>& side) {
    while (!side.head) {
        VEDETTE_TRY(auto item, side.source.next());
        if (!item) return {};
        if (auto* init = std::get_if<PlayInit>(&*item))
            side.init = std::move(*init);
        else
            side.head = std::move(item);
    }
    return {};
}

template <class Source>
PlayItem Merge::take(Side<Source>& side) {
    PlayItem item = std::move(*side.head);
    side.head.reset();
    const auto* fragment = std::get_if<PlayFragment>(&item);
    if (!std::holds_alternative<PlayGap>(item)) given_until_ = interval_of(item).end;
    if (fragment == nullptr || run_ == fragment->run || !side.init) return item;
    run_ = fragment->run;
    waiting_ = std::move(item);
    return *side.init;
}

// A gap into which something was fetched is told in the pieces that are left of it.
PlayItem Merge::beside_gap(PlayGap& gap, UtcInterval fetched) {
    if (fetched.start - gap.interval.start >= least_gap) {
        PlayGap piece{{gap.interval.start, fetched.start}, gap.reason, gap.detail};
        gap.interval.start = fetched.start;
        return piece;
    }
    gap.interval.start = std::max(gap.interval.start, fetched.end);
    if (gap.interval.end - gap.interval.start < least_gap) live_.head.reset();
    return take(fetched_);
}

Result<std::optional<PlayItem>> Merge::next() {
    if (waiting_) return std::exchange(waiting_, std::nullopt);
    for (;;) {
        VEDETTE_CHECK(fill(live_));
        VEDETTE_CHECK(fill(fetched_));
        if (!fetched_.head) return live_.head ? std::optional(take(live_)) : std::nullopt;
        const UtcInterval fetched = interval_of(*fetched_.head);
        if (given_until_ && fetched.start + tolerance < *given_until_) {
            fetched_.head.reset();  // recorded live, too
            continue;
        }
        if (!live_.head) return take(fetched_);
        const UtcInterval live = interval_of(*live_.head);
        if (auto* gap = std::get_if<PlayGap>(&*live_.head)) {
            if (fetched.start >= live.end) return take(live_);
            return beside_gap(*gap, fetched);
        }
        if (fetched.end <= live.start + tolerance) return take(fetched_);
        if (live.end <= fetched.start + tolerance) return take(live_);
        const bool replaces = fetched.start <= live.start + tolerance &&
                              live.start <= fetched.start + tolerance && fetched.end > live.end + tolerance;
        if (replaces)
            live_.head.reset();
        else
            fetched_.head.reset();
    }
}

}  // namespace vedette::vault
