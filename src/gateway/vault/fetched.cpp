#include "gateway/vault/fetched.hpp"

#include <algorithm>

namespace vedette::vault {

namespace {

constexpr Ticks90k window = std::chrono::hours(1);
constexpr Ticks90k least_piece = std::chrono::milliseconds(20);  // less is rounding between two runs

/// `interval` without those, which are in the order of their starts.
std::vector<UtcInterval> subtract(UtcInterval interval, const std::vector<UtcInterval>& others) {
    std::vector<UtcInterval> pieces;
    for (const UtcInterval& other : others) {
        if (!other.overlaps(interval)) continue;
        if (other.start - interval.start >= least_piece) pieces.push_back({interval.start, other.start});
        interval.start = std::max(interval.start, std::min(other.end, interval.end));
    }
    if (interval.end - interval.start >= least_piece) pieces.push_back(interval);
    return pieces;
}

std::vector<UtcInterval> intervals_of(const std::vector<RecordedRange>& ranges) {
    std::vector<UtcInterval> intervals;
    intervals.reserve(ranges.size());
    for (const RecordedRange& range : ranges) intervals.push_back(range.interval);
    std::ranges::sort(intervals, {}, &UtcInterval::start);
    return intervals;
}

}  // namespace

// All segments that may have fragments in the next window; the window moves to where there are any.
Result<bool> FetchedCursor::look_ahead() {
    const auto open = parts_.catalogue->segments(stream_);
    VEDETTE_TRY(auto next, parts_.index->first_start_from(stream_, from_ - window));
    for (const SegmentInfo& segment : open)
        if (const auto interval = segment.fragments_interval(); interval && interval->end > from_)
            next = std::min(next.value_or(interval->start), interval->start);
    if (!next) return false;
    const UtcInterval wanted{from_, std::max(from_, *next) + window};
    VEDETTE_TRY(segments_, parts_.index->segments(stream_, wanted));
    for (const SegmentInfo& segment : open)
        if (std::ranges::find(segments_, segment.id, &SegmentInfo::id) == segments_.end())
            segments_.push_back(segment);
    for (std::size_t i = 0; i < segments_.size(); ++i)
        for (const RecordRow& row : segments_[i].rows) {
            const bool is_new = looked_ ? row.start >= from_ : row.end() > from_;
            if (row.type == RecordType::fragment && is_new && row.start < wanted.end)
                found_.push_back({i, row});
        }
    if (found_.empty()) {
        VEDETTE_TRY(const auto later, parts_.index->first_start_from(stream_, wanted.end));
        if (!later) return false;
        from_ = *later;
        looked_ = true;
        return look_ahead();
    }
    std::ranges::sort(found_, {},
                      [](const Found& found) { return std::pair(found.row.start, found.row.sequence); });
    looked_ = true;
    from_ = wanted.end;
    return true;
}

Result<std::optional<PlayItem>> FetchedCursor::next() {
    if (auto waiting = reader_.take_waiting()) return waiting;
    for (;;) {
        if (found_.empty()) {
            VEDETTE_TRY(const bool more, look_ahead());
            if (!more) return std::nullopt;
        }
        const Found found = found_.front();
        if (parts_.limits.until && found.row.start >= *parts_.limits.until) return std::nullopt;
        found_.pop_front();
        if (!reader_.segment() || reader_.segment()->id != segments_[found.segment].id)
            reader_.use(segments_[found.segment]);
        VEDETTE_TRY(PlayItem item, reader_.play(found.row));
        VEDETTE_TRY(const bool was_deleted, reader_.was_deleted(item));
        if (!was_deleted) return item;
    }
}

void fill_gaps(Recordings& live, const std::vector<RecordedRange>& fetched) {
    std::vector<UtcInterval> taken = intervals_of(live.ranges);
    std::vector<RecordedRange> added;
    for (const RecordedRange& range : fetched)
        for (const UtcInterval& piece : subtract(range.interval, taken)) {
            added.push_back({piece, range.run, range.fetched_at, range.encryption});
            taken.insert(std::ranges::upper_bound(taken, piece.start, {}, &UtcInterval::start), piece);
        }
    const std::vector<UtcInterval> filled = intervals_of(added);
    std::vector<Gap> gaps;
    for (const Gap& gap : live.gaps)
        for (const UtcInterval& piece : subtract(gap.interval, filled))
            gaps.push_back({gap.stream, piece, gap.reason, gap.detail});
    live.gaps = std::move(gaps);
    live.ranges.insert(live.ranges.end(), added.begin(), added.end());
}

Result<Recordings> find_all_recordings(const ReadParts& parts, StreamKey stream, UtcInterval interval) {
    VEDETTE_TRY(Recordings recordings, find_recordings(parts, stream, interval));
    VEDETTE_TRY(const Recordings fetched, find_recordings(parts, fetched_of(stream), interval));
    if (!fetched.ranges.empty()) fill_gaps(recordings, fetched.ranges);
    return recordings;
}

}  // namespace vedette::vault
