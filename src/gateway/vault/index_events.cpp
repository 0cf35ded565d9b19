// What happened to the recorder as a whole, as the log has it.

#include "gateway/vault/index.hpp"
#include "gateway/vault/statement.hpp"

namespace vedette::vault {

namespace {

Result<RecorderEvent> event_in(const store::Statement& row) {
    VEDETTE_TRY(const RecordHeader header, parse_entry(row.blob(0)));
    if (!is_recorder_event(header.type)) return fail(ErrorKind::corrupt, "the index has a wrong entry");
    return event_of(header);
}

}  // namespace

Result<> Index::add_events(std::span<const RecordHeader> events) {
    if (events.empty()) return {};
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(store::Transaction transaction, store::Transaction::begin(database_));
    std::uint64_t greatest_run = 0;
    for (const RecordHeader& header : events) {
        const UtcInterval span = span_of(event_of(header));
        greatest_run = std::max(greatest_run, header.run);
        VEDETTE_CHECK(database_.run("INSERT OR IGNORE INTO recorder_event VALUES (NULL, ?, ?, ?)",
                                    ByteView(encode_entry(header)), ticks(span.start), ticks(span.end)));
    }
    VEDETTE_CHECK(database_.run("UPDATE state SET greatest_run = max(greatest_run, ?)",
                                static_cast<std::int64_t>(greatest_run)));
    return transaction.commit();
}

Result<std::vector<RecorderEvent>> Index::events(UtcInterval interval) const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(store::Statement row,
                database_.prepare("SELECT entry FROM (SELECT id, entry FROM recorder_event WHERE first_90k < "
                                  "? AND last_90k >= ? ORDER BY id DESC LIMIT ?) ORDER BY id"));
    row.bind_all(ticks(interval.end), ticks(interval.start), static_cast<std::int64_t>(max_events));
    std::vector<RecorderEvent> events;
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return events;
        VEDETTE_TRY(RecorderEvent event, event_in(row));
        events.push_back(std::move(event));
    }
}

Result<Index::EventTotals> Index::event_totals() const {
    const std::lock_guard lock(mutex_);
    EventTotals totals;
    VEDETTE_TRY(store::Statement row, database_.prepare("SELECT entry FROM recorder_event ORDER BY id"));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return totals;
        VEDETTE_TRY(const RecorderEvent event, event_in(row));
        totals.last_time = time_of(event);
        if (const auto* start = std::get_if<RecorderStart>(&event)) {
            ++totals.starts;
            totals.cut_off += start->before == EndBefore::cut_off ? 1 : 0;
            totals.last_number = std::max(totals.last_number, start->number);
        } else {
            ++totals.steps;
        }
    }
}

}  // namespace vedette::vault
