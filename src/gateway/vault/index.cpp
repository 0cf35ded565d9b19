#include "gateway/vault/index.hpp"

#include <array>
#include <limits>

#include "base/file_fault.hpp"

namespace vedette::vault {

namespace {

constexpr std::array<store::Migration, 5> index_migrations = {R"(
    CREATE TABLE segment (
        camera BLOB NOT NULL,
        stream INTEGER NOT NULL,
        first_sequence INTEGER NOT NULL,
        end_sequence INTEGER NOT NULL,   -- exclusive
        utc_day INTEGER NOT NULL,        -- days since 1970-01-01: names folder and key
        start_90k INTEGER,               -- of its fragments, since 1970-01-01 UTC; NULL without any
        end_90k INTEGER,
        greatest_run INTEGER NOT NULL,
        fragments INTEGER NOT NULL,
        gaps INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        records BLOB NOT NULL,           -- packed, see docs/ref/store-format.md
        PRIMARY KEY (camera, stream, first_sequence)
    ) WITHOUT ROWID;
    CREATE INDEX segment_time ON segment (camera, stream, start_90k, end_90k);
    CREATE TABLE gap (
        camera BLOB NOT NULL,
        stream INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        start_90k INTEGER NOT NULL,
        end_90k INTEGER NOT NULL,
        reason INTEGER NOT NULL,
        detail TEXT NOT NULL,
        PRIMARY KEY (camera, stream, sequence)
    ) WITHOUT ROWID;
    CREATE TABLE camera (id BLOB PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), log_scan_from INTEGER NOT NULL);
    INSERT INTO state VALUES (1, 0);
)",
                                                              R"(
    -- What the log says of streams whose last files are gone.
    CREATE TABLE position (
        camera BLOB NOT NULL,
        stream INTEGER NOT NULL,
        next_sequence INTEGER NOT NULL,
        last_end_90k INTEGER,            -- since 1970-01-01 UTC
        PRIMARY KEY (camera, stream)
    ) WITHOUT ROWID;
    -- Millions of segments are not to be read for a sum, nor for one number at a start.
    CREATE TABLE stored (camera BLOB PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO stored SELECT camera, sum(bytes) FROM segment GROUP BY camera;
    CREATE TRIGGER segment_added AFTER INSERT ON segment BEGIN
        INSERT INTO stored VALUES (new.camera, new.bytes)
            ON CONFLICT (camera) DO UPDATE SET bytes = bytes + new.bytes;
    END;
    CREATE TRIGGER segment_removed AFTER DELETE ON segment BEGIN
        UPDATE stored SET bytes = bytes - old.bytes WHERE camera = old.camera;
    END;
    ALTER TABLE state ADD COLUMN greatest_run INTEGER NOT NULL DEFAULT 0;
    UPDATE state SET greatest_run = (SELECT coalesce(max(greatest_run), 0) FROM segment);
    -- Streams in which a later segment begins earlier: the clock was set back.
    CREATE TABLE out_of_order (
        camera BLOB NOT NULL,
        stream INTEGER NOT NULL,
        PRIMARY KEY (camera, stream)
    ) WITHOUT ROWID;
    INSERT INTO out_of_order SELECT DISTINCT camera, stream FROM (
        SELECT camera, stream, start_90k,
            lag(start_90k) OVER (PARTITION BY camera, stream ORDER BY first_sequence) AS before_90k
        FROM segment WHERE start_90k NOT NULL) WHERE start_90k < before_90k;
)",
                                                              R"(
    ALTER TABLE segment ADD COLUMN light INTEGER NOT NULL DEFAULT 0;  -- fragments under light encryption
)",
                                                              R"(
    ALTER TABLE segment ADD COLUMN place INTEGER NOT NULL DEFAULT 0;  -- 0: the data directory
    CREATE INDEX segment_place ON segment (place, camera, stream, start_90k, first_sequence) WHERE place > 0;
    -- Places whose disk was away: files there may be deleted, or not be in this index.
    CREATE TABLE place_debt (place INTEGER PRIMARY KEY, log_scan_from INTEGER NOT NULL);
)",
                                                              R"(
    -- Starts of the recorder and steps of its clock, in the log's order.
    CREATE TABLE recorder_event (
        id INTEGER PRIMARY KEY,
        entry BLOB NOT NULL UNIQUE,      -- as it stands in the log
        first_90k INTEGER NOT NULL,      -- the earliest and the latest moment that it speaks of
        last_90k INTEGER NOT NULL
    );
    CREATE INDEX recorder_event_time ON recorder_event (first_90k, last_90k);
)"};

constexpr const char* segment_columns =
    "SELECT camera, stream, first_sequence, end_sequence, utc_day, bytes, records, place FROM segment ";

// SQLite's integers are signed; our sequences and runs stay below 2^63.
std::int64_t number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

}  // namespace

Result<std::unique_ptr<Index>> Index::open(const std::filesystem::path& path, store::Access access) {
    VEDETTE_TRY(store::Database database, store::Database::open(path, index_migrations, access));
    VEDETTE_CHECK(database.execute("PRAGMA recursive_triggers=ON"));  // what is replaced is removed
    return std::unique_ptr<Index>(new Index(std::move(database)));
}

Result<> Index::insert(const std::vector<SegmentInfo>& segments, std::optional<std::uint64_t> scan_from) {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(store::Transaction transaction, store::Transaction::begin(database_));
    std::uint64_t greatest_of_all = 0;
    for (const SegmentInfo& segment : segments) {
        const ByteView camera = segment.id.stream.camera.bytes();
        const std::uint8_t stream = segment.id.stream.stream;
        const auto interval = segment.fragments_interval();
        std::uint64_t greatest_run = 0;
        for (const RecordRow& row : segment.rows) greatest_run = std::max(greatest_run, row.run);
        greatest_of_all = std::max(greatest_of_all, greatest_run);
        VEDETTE_CHECK(
            database_.run("INSERT OR REPLACE INTO segment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                          camera, stream, number(segment.id.first_sequence), number(segment.end_sequence()),
                          segment.day, interval ? std::optional(ticks(interval->start)) : std::nullopt,
                          interval ? std::optional(ticks(interval->end)) : std::nullopt, number(greatest_run),
                          segment.count(RecordType::fragment), segment.gaps.size(), number(segment.bytes),
                          pack_rows(segment.rows), segment.light_fragments(), segment.place));
        if (interval) VEDETTE_CHECK(note_order(segment.id, interval->start));
        for (const GapRow& gap : segment.gaps)
            VEDETTE_CHECK(database_.run("INSERT OR REPLACE INTO gap VALUES (?, ?, ?, ?, ?, ?, ?)", camera,
                                        stream, number(gap.sequence), ticks(gap.interval.start),
                                        ticks(gap.interval.end), static_cast<std::uint8_t>(gap.text.reason),
                                        gap.text.detail));
    }
    VEDETTE_CHECK(
        database_.run("UPDATE state SET log_scan_from = coalesce(?, log_scan_from), greatest_run = "
                      "max(greatest_run, ?)",
                      scan_from ? std::optional(number(*scan_from)) : std::nullopt, number(greatest_of_all)));
    return transaction.commit();
}

Result<std::uint64_t> Index::scan_from() const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(const auto value, database_.query_int64("SELECT log_scan_from FROM state"));
    return static_cast<std::uint64_t>(value.value_or(0));
}

Result<std::vector<GapRow>> Index::gaps_of(const SegmentId& id, std::uint64_t end_sequence) const {
    std::vector<GapRow> gaps;
    VEDETTE_TRY(
        store::Statement row,
        database_.prepare("SELECT sequence, start_90k, end_90k, reason, detail FROM gap WHERE camera = ? "
                          "AND stream = ? AND sequence >= ? AND sequence < ? ORDER BY sequence"));
    row.bind_all(ByteView(id.stream.camera.bytes()), id.stream.stream, number(id.first_sequence),
                 number(end_sequence));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return gaps;
        gaps.push_back({static_cast<std::uint64_t>(row.int64(0)),
                        {from_ticks(row.int64(1)), from_ticks(row.int64(2))},
                        {static_cast<GapReason>(row.int64(3)), std::string(row.text(4))}});
    }
}

Result<SegmentInfo> Index::read(const store::Statement& row) const {
    SegmentInfo segment;
    segment.id = {{CameraId::from_bytes(row.blob(0)), static_cast<std::uint8_t>(row.int64(1))},
                  static_cast<std::uint64_t>(row.int64(2))};
    segment.day = static_cast<std::int32_t>(row.int64(4));
    segment.bytes = static_cast<std::uint64_t>(row.int64(5));
    VEDETTE_TRY(segment.rows, unpack_rows(row.blob(6)));
    segment.place = static_cast<PlaceNumber>(row.int64(7));
    VEDETTE_TRY(segment.gaps, gaps_of(segment.id, static_cast<std::uint64_t>(row.int64(3))));
    return segment;
}

Result<std::vector<SegmentInfo>> Index::segments(StreamKey stream, UtcInterval interval) const {
    const std::lock_guard lock(mutex_);
    // The index on start_90k bounds the search from both sides.
    std::vector<SegmentInfo> segments;
    VEDETTE_TRY(store::Statement row,
                database_.prepare(std::string(segment_columns) +
                                  "WHERE camera = ? AND stream = ? AND start_90k >= ? AND start_90k < ? AND "
                                  "end_90k > ? ORDER BY first_sequence"));
    row.bind_all(ByteView(stream.camera.bytes()), stream.stream, ticks(interval.start - longest_segment),
                 ticks(interval.end), ticks(interval.start));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return segments;
        VEDETTE_TRY(SegmentInfo segment, read(row));
        segments.push_back(std::move(segment));
    }
}

Result<std::vector<Gap>> Index::gaps(StreamKey stream, UtcInterval interval) const {
    const std::lock_guard lock(mutex_);
    std::vector<Gap> gaps;
    VEDETTE_TRY(store::Statement row,
                database_.prepare("SELECT start_90k, end_90k, reason, detail FROM gap WHERE camera = ? AND "
                                  "stream = ? AND start_90k < ? AND end_90k > ? ORDER BY sequence"));
    row.bind_all(ByteView(stream.camera.bytes()), stream.stream, ticks(interval.end), ticks(interval.start));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return gaps;
        gaps.push_back({stream,
                        {from_ticks(row.int64(0)), from_ticks(row.int64(1))},
                        static_cast<GapReason>(row.int64(2)),
                        std::string(row.text(3))});
    }
}

Result<std::optional<SegmentInfo>> Index::first_of(store::Statement& query) const {
    VEDETTE_TRY(const bool found, query.step());
    if (!found) return std::nullopt;
    VEDETTE_TRY(SegmentInfo segment, read(query));
    return segment;
}

Result<std::optional<SegmentInfo>> Index::segment_from(StreamKey stream, std::uint64_t sequence) const {
    const std::lock_guard lock(mutex_);
    // The segment that begins at or before `sequence` and reaches it, or else the next one.
    {
        VEDETTE_TRY(store::Statement row,
                    database_.prepare(std::string(segment_columns) +
                                      "WHERE camera = ? AND stream = ? AND first_sequence <= ? "
                                      "ORDER BY first_sequence DESC LIMIT 1"));
        row.bind_all(ByteView(stream.camera.bytes()), stream.stream, number(sequence));
        VEDETTE_TRY(std::optional<SegmentInfo> segment, first_of(row));
        if (segment && segment->end_sequence() > sequence) return segment;
    }
    VEDETTE_TRY(store::Statement row,
                database_.prepare(std::string(segment_columns) +
                                  "WHERE camera = ? AND stream = ? AND first_sequence > ? "
                                  "ORDER BY first_sequence LIMIT 1"));
    row.bind_all(ByteView(stream.camera.bytes()), stream.stream, number(sequence));
    return first_of(row);
}

Result<std::optional<UtcTime>> Index::first_start_from(StreamKey stream, UtcTime from) const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(const auto start,
                database_.query_int64(
                    "SELECT min(start_90k) FROM segment WHERE camera = ? AND stream = ? AND start_90k >= ?",
                    ByteView(stream.camera.bytes()), stream.stream, ticks(from)));
    return start ? std::optional(from_ticks(*start)) : std::nullopt;
}

Result<bool> Index::contains(const SegmentId& id) const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(const auto found,
                database_.query_int64(
                    "SELECT 1 FROM segment WHERE camera = ? AND stream = ? AND first_sequence = ?",
                    ByteView(id.stream.camera.bytes()), id.stream.stream, number(id.first_sequence)));
    return found.has_value();
}

Result<std::optional<SegmentInfo>> Index::last(StreamKey stream) const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(store::Statement row,
                database_.prepare(std::string(segment_columns) +
                                  "WHERE camera = ? AND stream = ? ORDER BY first_sequence DESC LIMIT 1"));
    row.bind_all(ByteView(stream.camera.bytes()), stream.stream);
    return first_of(row);
}

Result<std::optional<UtcInterval>> Index::extent(StreamKey stream) const {
    const std::lock_guard lock(mutex_);
    const ByteView camera = stream.camera.bytes();
    VEDETTE_TRY(const auto start,
                database_.query_int64("SELECT min(start_90k) FROM segment WHERE camera = ?1 AND stream = ?2",
                                      camera, std::int64_t{stream.stream}));
    // The latest end is in the last segment, but where the clock was set back: then it is in one that begins
    // late.
    VEDETTE_TRY(const auto end, database_.query_int64(
                                    "SELECT max(end_90k) FROM (SELECT end_90k FROM segment WHERE camera = ?1 "
                                    "AND stream = ?2 AND start_90k NOT NULL ORDER BY start_90k DESC LIMIT 4)",
                                    camera, std::int64_t{stream.stream}));
    if (!start || !end) return std::nullopt;
    return UtcInterval{from_ticks(*start), from_ticks(*end)};
}

Result<std::map<CameraId, std::uint64_t>> Index::stored_bytes() const {
    const std::lock_guard lock(mutex_);
    std::map<CameraId, std::uint64_t> all;
    VEDETTE_TRY(store::Statement row, database_.prepare("SELECT camera, bytes FROM stored WHERE bytes > 0"));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return all;
        all[CameraId::from_bytes(row.blob(0))] = static_cast<std::uint64_t>(row.int64(1));
    }
}

Result<std::uint64_t> Index::bytes_in(StreamKey stream, UtcInterval interval) const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(const auto sum,
                database_.query_int64("SELECT sum(bytes) FROM segment WHERE camera = ? AND stream = ? AND "
                                      "start_90k >= ? AND start_90k < ? AND end_90k > ?",
                                      ByteView(stream.camera.bytes()), stream.stream,
                                      ticks(interval.start - longest_segment), ticks(interval.end),
                                      ticks(interval.start)));
    return static_cast<std::uint64_t>(sum.value_or(0));
}

namespace {

constexpr const char* brief_columns =
    "SELECT camera, stream, first_sequence, end_sequence, utc_day, start_90k, end_90k, bytes, fragments, "
    "greatest_run, place, start_90k, end_90k FROM segment ";
constexpr const char* brief_columns_with_gaps =
    "SELECT camera, stream, first_sequence, end_sequence, utc_day, start_90k, end_90k, bytes, fragments, "
    "greatest_run, place, (SELECT min(start_90k) FROM gap WHERE camera = segment.camera AND stream = "
    "segment.stream "
    "AND "
    "sequence >= first_sequence AND sequence < end_sequence), (SELECT max(end_90k) FROM gap WHERE camera = "
    "segment.camera AND stream = segment.stream AND sequence >= first_sequence AND sequence < end_sequence) "
    "FROM "
    "segment ";

Result<std::vector<SegmentBrief>> read_briefs(store::Statement& row) {
    std::vector<SegmentBrief> briefs;
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return briefs;
        const auto day = static_cast<std::int32_t>(row.int64(4));
        const UtcTime midnight = from_unix_seconds(std::int64_t{day} * 86'400);
        const auto time = [&](int column) {
            return row.is_null(column) ? midnight : from_ticks(row.int64(column));
        };
        briefs.push_back({.id = {{CameraId::from_bytes(row.blob(0)), static_cast<std::uint8_t>(row.int64(1))},
                                 static_cast<std::uint64_t>(row.int64(2))},
                          .end_sequence = static_cast<std::uint64_t>(row.int64(3)),
                          .day = day,
                          .interval = {time(5), time(6)},
                          .about = {time(11), time(12)},
                          .bytes = static_cast<std::uint64_t>(row.int64(7)),
                          .fragments = static_cast<std::uint32_t>(row.int64(8)),
                          .greatest_run = static_cast<std::uint64_t>(row.int64(9)),
                          .place = static_cast<PlaceNumber>(row.int64(10))});
    }
}

}  // namespace

Result<std::vector<SegmentBrief>> Index::oldest(StreamKey stream, const SegmentBrief* after,
                                                std::size_t limit, std::optional<PlaceNumber> place) const {
    const std::lock_guard lock(mutex_);
    // The number stands in the text, so that the index of those places is taken, which is a partial one.
    const std::string where = !place                 ? ""
                              : *place == home_place ? "place = 0 AND "
                                                     : fmt::format("place > 0 AND place = {} AND ", *place);
    VEDETTE_TRY(store::Statement row,
                database_.prepare(std::string(brief_columns) + "WHERE " + where +
                                  "camera = ? AND stream = ? AND start_90k NOT NULL AND (start_90k, "
                                  "first_sequence) > (?, ?) ORDER BY start_90k, first_sequence LIMIT ?"));
    row.bind_all(ByteView(stream.camera.bytes()), stream.stream,
                 after != nullptr ? ticks(after->interval.start) : std::numeric_limits<std::int64_t>::min(),
                 after != nullptr ? number(after->id.first_sequence) : -1, limit);
    return read_briefs(row);
}

Result<std::vector<SegmentBrief>> Index::oldest_without_fragments(StreamKey stream, std::int32_t before_day,
                                                                  std::optional<std::uint64_t> after_sequence,
                                                                  std::size_t limit) const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(store::Statement row,
                database_.prepare(std::string(brief_columns_with_gaps) +
                                  "WHERE camera = ? AND stream = ? AND start_90k IS NULL AND utc_day < ? AND "
                                  "first_sequence > ? ORDER BY first_sequence LIMIT ?"));
    row.bind_all(ByteView(stream.camera.bytes()), stream.stream, before_day,
                 after_sequence ? number(*after_sequence) : -1, limit);
    return read_briefs(row);
}

// All fragments of a segment begin on its day.
Result<bool> Index::has_fragments(StreamKey stream, std::int32_t day) const {
    const std::lock_guard lock(mutex_);
    const auto midnight = [](std::int32_t of) { return ticks(from_unix_seconds(std::int64_t{of} * 86'400)); };
    VEDETTE_TRY(const auto found,
                database_.query_int64(
                    "SELECT 1 FROM segment WHERE camera = ? AND stream = ? AND start_90k >= ? "
                    "AND start_90k < ? LIMIT 1",
                    ByteView(stream.camera.bytes()), stream.stream, midnight(day), midnight(day + 1)));
    return found.has_value();
}

// One step in the primary key for each: the table may have millions of rows.
Result<std::vector<StreamKey>> Index::streams() const {
    const std::lock_guard lock(mutex_);
    std::vector<StreamKey> streams;
    Bytes camera;
    std::int64_t stream = -1;
    for (;;) {
        VEDETTE_TRY(
            store::Statement row,
            database_.prepare("SELECT camera, stream FROM segment WHERE (camera, stream) > (?, ?) ORDER "
                              "BY camera, stream LIMIT 1"));
        row.bind_all(camera, stream);
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return streams;
        camera.assign(row.blob(0).begin(), row.blob(0).end());
        stream = row.int64(1);
        streams.push_back({CameraId::from_bytes(camera), static_cast<std::uint8_t>(stream)});
    }
}

Result<> Index::remove(StreamKey stream, std::uint64_t before_sequence) {
    const ByteView camera = stream.camera.bytes();
    for (const char* sql :
         {"DELETE FROM segment WHERE camera = ?1 AND stream = ?2 AND first_sequence IN (SELECT "
          "first_sequence FROM segment WHERE camera = ?1 AND stream = ?2 AND first_sequence < "
          "?3 ORDER BY first_sequence DESC LIMIT 500)",
          "DELETE FROM gap WHERE camera = ?1 AND stream = ?2 AND sequence IN (SELECT sequence "
          "FROM gap WHERE camera = ?1 AND stream = ?2 AND sequence < ?3 LIMIT 500)"}) {
        for (bool more = true; more;) {
            const std::lock_guard lock(mutex_);
            VEDETTE_CHECK(database_.run(sql, camera, stream.stream, number(before_sequence)));
            more = database_.changes() > 0;
        }
    }
    return {};
}

Result<> Index::remove(StreamKey stream, std::uint64_t first_sequence, std::uint64_t end_sequence) {
    const std::lock_guard lock(mutex_);
    const ByteView camera = stream.camera.bytes();
    if (const auto fault = file_fault(FileOperation::database)) return fail_errno(fault->error, "index.db");
    VEDETTE_TRY(store::Transaction transaction, store::Transaction::begin(database_));
    VEDETTE_CHECK(database_.run(
        "DELETE FROM segment WHERE camera = ? AND stream = ? AND first_sequence >= ? AND first_sequence < ?",
        camera, stream.stream, number(first_sequence), number(end_sequence)));
    VEDETTE_CHECK(
        database_.run("DELETE FROM gap WHERE camera = ? AND stream = ? AND sequence >= ? AND sequence < ?",
                      camera, stream.stream, number(first_sequence), number(end_sequence)));
    return transaction.commit();
}

}  // namespace vedette::vault
