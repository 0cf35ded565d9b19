#pragma once
// index.db: finds recordings without reading the files. Everything in it can be made again from them.

#include <limits>
#include <map>
#include <mutex>

#include "gateway/vault/segment_info.hpp"
#include "store/database.hpp"

namespace vedette::vault {

struct CameraStats {
    StreamKey stream;
    std::string name;
    std::int64_t days = 0;
    std::int64_t segments = 0;
    std::int64_t bytes = 0;
    std::int64_t fragments = 0;
    std::int64_t light = 0;  ///< of the fragments, those under light encryption
    std::int64_t gaps = 0;
    UtcInterval covered;                          ///< by fragments; counts when there are any
    std::optional<std::int32_t> newest_open_day;  ///< of segments that are not in the index yet
};

/// No segment spans more.
inline constexpr Ticks90k longest_segment = std::chrono::hours(1);

/// As much of a segment as a rule of retention needs.
struct SegmentBrief {
    SegmentId id;
    std::uint64_t end_sequence = 0;
    std::int32_t day = 0;
    UtcInterval interval;  ///< of its fragments; empty, at the day's start, without any
    UtcInterval about;     ///< the same, or of its gaps where there are no fragments
    std::uint64_t bytes = 0;
    std::uint32_t fragments = 0;
    std::uint64_t greatest_run = 0;
    PlaceNumber place = home_place;
};

/// A place's files have to be looked at once its disk is there: some may be deleted, or unknown to the index.
struct PlaceDebt {
    std::uint64_t scan_from = 0;  ///< from where the log speaks of what lies in its open folder
    static constexpr std::uint64_t no_open_files = std::numeric_limits<std::int64_t>::max();
    friend bool operator==(const PlaceDebt&, const PlaceDebt&) = default;
};

/// Where a stream's records go on after a start.
struct StreamPosition {
    std::uint64_t next_sequence = 0;
    std::optional<UtcTime> last_end;  ///< of its last fragment or gap
};

/// Thread-safe (one lock). Blocking.
class Index {
  public:
    static Result<std::unique_ptr<Index>> open(const std::filesystem::path& path,
                                               store::Access access = store::Access::read_write_create);

    /// All of them or none; entries that are there already are replaced. `scan_from` is the log's size from
    /// which a start after a crash has to read.
    Result<> insert(const std::vector<SegmentInfo>& segments,
                    std::optional<std::uint64_t> scan_from = std::nullopt);
    Result<std::uint64_t> scan_from() const;
    /// Behind the last segment of the stream, or where the log was found to be further.
    Result<StreamPosition> position(StreamKey stream) const;
    /// Remembers what the log says of streams whose last files are gone, so that it is not read whole again.
    Result<> remember(const std::map<StreamKey, StreamPosition>& positions, std::uint64_t greatest_run);

    /// Segments with fragments in the interval, by sequence.
    Result<std::vector<SegmentInfo>> segments(StreamKey stream, UtcInterval interval) const;
    Result<std::vector<Gap>> gaps(StreamKey stream, UtcInterval interval) const;
    /// The first segment that has a record with at least this sequence.
    Result<std::optional<SegmentInfo>> segment_from(StreamKey stream, std::uint64_t sequence) const;
    /// Sequence of the first segment, in recording order, with a fragment that ends after `from`.
    Result<std::optional<std::uint64_t>> first_after(StreamKey stream, UtcTime from) const;
    /// The earliest start of a segment's fragments at or after `from`.
    Result<std::optional<UtcTime>> first_start_from(StreamKey stream, UtcTime from) const;
    Result<bool> contains(const SegmentId& id) const;
    /// The last segment of the stream.
    Result<std::optional<SegmentInfo>> last(StreamKey stream) const;
    Result<std::uint64_t> greatest_run() const;
    /// From the first fragment's start to the last one's end.
    Result<std::optional<UtcInterval>> extent(StreamKey stream) const;
    /// Of all segments, by camera. The first call reads the whole table.
    Result<std::map<CameraId, std::uint64_t>> stored_bytes() const;
    /// Of the stream's segments with fragments in the interval.
    Result<std::uint64_t> bytes_in(StreamKey stream, UtcInterval interval) const;
    /// Segments with fragments in the order of their time, behind `after`: at most `limit`. With `place`:
    /// those that lie there.
    Result<std::vector<SegmentBrief>> oldest(StreamKey stream, const SegmentBrief* after, std::size_t limit,
                                             std::optional<PlaceNumber> place = std::nullopt) const;
    /// Segments without fragments, of days before this one.
    Result<std::vector<SegmentBrief>> oldest_without_fragments(StreamKey stream, std::int32_t before_day,
                                                               std::optional<std::uint64_t> after_sequence,
                                                               std::size_t limit) const;
    Result<bool> has_fragments(StreamKey stream, std::int32_t day) const;

    /// Where the segment's file lies; nullopt when it is not in the index.
    Result<std::optional<PlaceNumber>> place_of(const SegmentId& id) const;
    Result<> set_place(const SegmentId& id, PlaceNumber place);
    Result<std::map<PlaceNumber, PlaceDebt>> debts() const;
    /// What was noted before stays noted: the earlier of the two.
    Result<> note_debt(PlaceNumber place, std::uint64_t scan_from);
    Result<> settle_debt(PlaceNumber place);

    /// Entries of type start and clock_step, in their order; those that it has already change nothing.
    Result<> add_events(std::span<const RecordHeader> events);
    /// Those that speak of a moment in the interval, in the order in which they were added: the last
    /// `max_events`.
    Result<std::vector<RecorderEvent>> events(UtcInterval interval) const;
    static constexpr std::size_t max_events = 1000;
    /// What the index knows of all of them.
    struct EventTotals {
        std::uint64_t starts = 0;
        std::uint64_t cut_off = 0;  ///< starts after a process that was not stopped in good order
        std::uint64_t steps = 0;
        std::uint64_t last_number = 0;       ///< of a start
        std::optional<UtcTime> last_time{};  ///< of the last of them
    };
    Result<EventTotals> event_totals() const;

    Result<std::vector<StreamKey>> streams() const;
    /// Of the segments in the index and of those among `open` that are not in it yet, by stream.
    Result<std::vector<CameraStats>> stats(const std::vector<SegmentInfo>& open = {}) const;
    /// All that were ever set.
    Result<std::map<CameraId, std::string>> camera_names() const;
    /// Removes what the stream has below the sequence; in steps, so that others get their turn.
    Result<> remove(StreamKey stream, std::uint64_t before_sequence);
    /// Removes the stream's segments that begin in [first, end), with their gaps.
    Result<> remove(StreamKey stream, std::uint64_t first_sequence, std::uint64_t end_sequence);
    Result<> set_camera_name(CameraId camera, std::string_view name);
    Result<std::string> camera_name(CameraId camera) const;

  private:
    explicit Index(store::Database database) : database_(std::move(database)) {}
    Result<SegmentInfo> read(const store::Statement& row) const;
    Result<std::vector<CameraStats>> indexed_stats() const;
    Result<> add_open(const SegmentInfo& segment, std::map<StreamKey, CameraStats>& all) const;
    Result<> note_order(const SegmentId& id, UtcTime start);
    Result<std::vector<GapRow>> gaps_of(const SegmentId& id, std::uint64_t end_sequence) const;
    Result<std::optional<SegmentInfo>> first_of(store::Statement& query) const;

    mutable std::mutex mutex_;
    mutable store::Database database_;
};

}  // namespace vedette::vault
