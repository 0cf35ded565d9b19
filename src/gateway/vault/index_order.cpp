// Where streams go on, and finding a time in them without reading all that is later.

#include "gateway/vault/index.hpp"

namespace vedette::vault {

Result<StreamPosition> Index::position(StreamKey stream) const {
    StreamPosition position;
    VEDETTE_TRY(const auto segment, last(stream));
    if (segment) {
        position.next_sequence = segment->end_sequence();
        for (const RecordRow& row : segment->rows)
            if (row.type == RecordType::fragment || row.type == RecordType::gap)
                position.last_end = row.end();
    }
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(store::Statement row, database_.prepare("SELECT next_sequence, last_end_90k FROM position "
                                                        "WHERE camera = ? AND stream = ?"));
    row.bind_all(ByteView(stream.camera.bytes()), stream.stream);
    VEDETTE_TRY(const bool found, row.step());
    if (!found || static_cast<std::uint64_t>(row.int64(0)) <= position.next_sequence) return position;
    position.next_sequence = static_cast<std::uint64_t>(row.int64(0));
    position.last_end = row.is_null(1) ? std::nullopt : std::optional(from_ticks(row.int64(1)));
    return position;
}

Result<> Index::remember(const std::map<StreamKey, StreamPosition>& positions, std::uint64_t greatest_run) {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(store::Transaction transaction, store::Transaction::begin(database_));
    for (const auto& [stream, position] : positions)
        VEDETTE_CHECK(database_.run(
            "INSERT OR REPLACE INTO position VALUES (?, ?, ?, ?)", ByteView(stream.camera.bytes()),
            stream.stream, static_cast<std::int64_t>(position.next_sequence),
            position.last_end ? std::optional(ticks(*position.last_end)) : std::nullopt));
    VEDETTE_CHECK(database_.run("UPDATE state SET greatest_run = max(greatest_run, ?)",
                                static_cast<std::int64_t>(greatest_run)));
    return transaction.commit();
}

Result<std::uint64_t> Index::greatest_run() const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(const auto run, database_.query_int64("SELECT greatest_run FROM state"));
    return static_cast<std::uint64_t>(run.value_or(0));
}

// Between the two neighbours that have fragments; where all neighbours are in order, the stream is.
Result<> Index::note_order(const SegmentId& id, UtcTime start) {
    const ByteView camera = id.stream.camera.bytes();
    const std::int64_t start_90k = ticks(start);
    VEDETTE_TRY(
        const auto before,
        database_.query_int64("SELECT start_90k FROM segment WHERE camera = ? AND stream = ? AND "
                              "first_sequence < ? AND start_90k NOT NULL "
                              "ORDER BY first_sequence DESC LIMIT 1",
                              camera, id.stream.stream, static_cast<std::int64_t>(id.first_sequence)));
    VEDETTE_TRY(
        const auto after,
        database_.query_int64("SELECT start_90k FROM segment WHERE camera = ? AND stream = ? AND "
                              "first_sequence > ? AND start_90k NOT NULL "
                              "ORDER BY first_sequence LIMIT 1",
                              camera, id.stream.stream, static_cast<std::int64_t>(id.first_sequence)));
    if (before.value_or(start_90k) <= start_90k && start_90k <= after.value_or(start_90k)) return {};
    return database_.run("INSERT OR IGNORE INTO out_of_order VALUES (?, ?)", camera, id.stream.stream);
}

Result<std::optional<std::uint64_t>> Index::first_after(StreamKey stream, UtcTime from) const {
    const std::lock_guard lock(mutex_);
    const ByteView camera = stream.camera.bytes();
    VEDETTE_TRY(const auto out_of_order,
                database_.query_int64("SELECT 1 FROM out_of_order WHERE camera = ? AND stream = ?", camera,
                                      stream.stream));
    // In order the first one by time is the first one by sequence; else all that are later have to be looked
    // at.
    VEDETTE_TRY(
        const auto sequence,
        database_.query_int64(
            out_of_order ? "SELECT min(first_sequence) FROM segment WHERE camera = ? AND stream = ? AND "
                           "start_90k >= ? AND end_90k > ?"
                         : "SELECT first_sequence FROM segment WHERE camera = ? AND stream = ? AND "
                           "start_90k >= ? AND end_90k > ? ORDER BY start_90k, first_sequence LIMIT 1",
            camera, stream.stream, ticks(from - longest_segment), ticks(from)));
    if (!sequence) return std::nullopt;
    return static_cast<std::uint64_t>(*sequence);
}

}  // namespace vedette::vault
