#include "gateway/vault/retention_book.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "base/file_fault.hpp"
#include "base/log.hpp"
#include "crypto/cobblestone.hpp"
#include "gateway/vault/format_file.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

constexpr std::array<store::Migration, 2> retention_migrations = {R"(
    CREATE TABLE hold (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        camera BLOB NOT NULL,
        start_90k INTEGER NOT NULL,      -- since 1970-01-01 UTC, as all of them
        end_90k INTEGER,                 -- NULL: no end
        reason TEXT NOT NULL,
        placed_by TEXT NOT NULL,
        placed_at_90k INTEGER NOT NULL,
        state INTEGER NOT NULL           -- 0 not signed yet, 1 signed, 2 being lifted
    );
    CREATE INDEX hold_camera ON hold (camera, start_90k);
    CREATE TABLE deleted (
        camera BLOB NOT NULL,
        stream INTEGER NOT NULL,
        first_sequence INTEGER NOT NULL,
        end_sequence INTEGER NOT NULL,   -- exclusive
        utc_day INTEGER NOT NULL,
        start_90k INTEGER NOT NULL,
        end_90k INTEGER NOT NULL,
        rule INTEGER NOT NULL,
        rule_value INTEGER NOT NULL,
        deleted_at_90k INTEGER NOT NULL,
        fragments INTEGER NOT NULL,
        files INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        greatest_run INTEGER NOT NULL,
        PRIMARY KEY (camera, stream, first_sequence)
    ) WITHOUT ROWID;
    CREATE TABLE pending (
        id INTEGER PRIMARY KEY,
        camera BLOB NOT NULL,
        stream INTEGER NOT NULL,
        first_sequence INTEGER NOT NULL,
        end_sequence INTEGER NOT NULL,
        utc_day INTEGER NOT NULL,
        start_90k INTEGER NOT NULL,
        end_90k INTEGER NOT NULL,
        rule INTEGER NOT NULL,
        rule_value INTEGER NOT NULL,
        deleted_at_90k INTEGER NOT NULL,
        fragments INTEGER NOT NULL,
        files INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        greatest_run INTEGER NOT NULL,
        log_size INTEGER NOT NULL
    );
)",
                                                                  R"(
    -- Who placed it, a zero byte, and why; Cobblestone-256, bound to the camera and to when it was placed.
    ALTER TABLE hold ADD COLUMN words_sealed BLOB NOT NULL DEFAULT x'';
    UPDATE hold SET words_sealed = seal_words(camera, placed_at_90k, placed_by, reason);
    ALTER TABLE hold DROP COLUMN placed_by;
    ALTER TABLE hold DROP COLUMN reason;
    CREATE TABLE rewriting (owed INTEGER NOT NULL);
    INSERT INTO rewriting VALUES (1);
)"};

Bytes words_context(ByteView camera, std::string_view placed_at_90k) {
    ByteWriter writer;
    writer.text("vedette hold words v1").u8(0).bytes(camera).text(placed_at_90k);
    return std::move(writer).finish();
}

Bytes seal_words(const Secret& key, ByteView camera, std::string_view placed_at_90k,
                 std::string_view placed_by, std::string_view reason) {
    const std::array<ByteView, 3> pieces{as_bytes(placed_by), as_bytes(std::string_view("\0", 1)),
                                         as_bytes(reason)};
    Bytes sealed(crypto::cobblestone_sealed_size(placed_by.size() + 1 + reason.size()));
    crypto::CobblestoneSealer sealer;
    sealer.seal(key, words_context(camera, placed_at_90k), pieces, sealed);
    return sealed;
}

Bytes seal_words(const Secret& key, const RecordingHold& hold) {
    return seal_words(key, hold.camera.bytes(), fmt::format("{}", ticks(hold.placed_at)), hold.placed_by,
                      hold.reason);
}

// Segments follow each other but for rounding.
constexpr Ticks90k joint = std::chrono::seconds(1);

std::int64_t number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}
// Tests stop the process in front of each change.
Result<> may_write() {
    if (const auto fault = file_fault(FileOperation::database))
        return fail_errno(fault->error, "retention.db");
    return {};
}

}  // namespace

Result<std::unique_ptr<RetentionBook>> RetentionBook::open_file(const Layout& layout,
                                                                const std::shared_ptr<const WordKeys>& keys) {
    const std::array<store::Function, 1> functions{
        {{.name = "seal_words", .arguments = 4, .body = [&keys](std::span<const ByteView> arguments) {
              return seal_words(keys->key, arguments[0], as_text(arguments[1]), as_text(arguments[2]),
                                as_text(arguments[3]));
          }}}};
    VEDETTE_TRY(store::Database database, store::Database::open(layout.retention(), retention_migrations,
                                                                store::Access::read_write_create, functions));
    VEDETTE_CHECK(database.execute("PRAGMA synchronous=FULL"));
    if (const auto rewritten = database.rewrite_if_owed(); !rewritten)
        log::warn("words of holds may lie open in {} until the next start: {}", layout.retention().string(),
                  rewritten.error().message);
    return std::unique_ptr<RetentionBook>(new RetentionBook(std::move(database), keys));
}

Result<RetentionBook::Opened> RetentionBook::open(const Layout& layout, WordKeys word_keys,
                                                  std::uint64_t log_size, UtcTime now) {
    const auto keys = std::make_shared<const WordKeys>(std::move(word_keys));
    const bool existed = fs::exists(layout.retention());
    auto book = open_file(layout, keys);
    if (book && (existed || read_format(layout) < format_with_statements))
        return Opened{std::move(*book), ""};
    std::string what = "missing";
    if (!book) {
        if (book.error().kind != ErrorKind::corrupt) return std::unexpected(book.error());
        what = fmt::format("damaged ({})", book.error().message);
        for (const char* suffix : {"", "-wal", "-shm"}) {
            fs::path path = layout.retention();
            path += suffix;
            fs::path aside =
                layout.folder / fmt::format("retention.db.damaged-{}{}", to_rfc3339(now), suffix);
            std::error_code ignored;
            fs::rename(path, aside, ignored);
        }
        book = open_file(layout, keys);
        if (!book) return std::unexpected(book.error());
    }
    VEDETTE_TRY(const std::size_t holds, (*book)->fill_from_log(layout, log_size));
    return Opened{std::move(*book),
                  fmt::format("The list of holds and deletions (retention.db) was {} and was made again from "
                              "the signed log: {} hold{} found, without the reason.",
                              what, holds, holds == 1 ? " was" : "s were")};
}

Result<std::size_t> RetentionBook::fill_from_log(const Layout& layout, std::uint64_t log_size) {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(store::Transaction transaction, store::Transaction::begin(database_));
    std::map<std::uint64_t, RecordingHold> holds;
    std::map<StreamKey, std::uint64_t> runs;
    const crypto::TileLogReader reader(layout.log());
    VEDETTE_CHECK(reader.entries(0, log_size, [&](std::uint64_t, ByteView entry) -> Result<> {
        VEDETTE_TRY(const RecordHeader header, parse_entry(entry));
        std::uint64_t& run = runs[header.stream];
        if (is_recorded(header.type)) run = std::max(run, header.run);
        if (header.type == RecordType::hold) holds[header.run] = hold_of(header);
        if (header.type == RecordType::hold_lifted) holds.erase(header.run);
        if (header.type != RecordType::expiry) return {};
        return insert_deleted({.expiry = Expiry::of(header), .greatest_run = run});
    }));
    for (auto& [id, hold] : holds) {
        hold.placed_by = "(not known any more)";
        hold.reason = "(the reason was lost)";
        VEDETTE_CHECK(
            database_.run("INSERT INTO hold (id, camera, start_90k, end_90k, placed_at_90k, state, "
                          "words_sealed) VALUES (?, ?, ?, ?, ?, ?, ?)",
                          number(id), ByteView(hold.camera.bytes()), ticks(hold.start),
                          hold.end ? std::optional(ticks(*hold.end)) : std::nullopt, ticks(hold.placed_at),
                          static_cast<std::uint8_t>(HoldState::placed), seal_words(keys_->key, hold)));
    }
    VEDETTE_CHECK(transaction.commit());
    return holds.size();
}

// ---------------------------------------------------------------------------------------------- holds

Result<RecordingHold> RetentionBook::add_hold(RecordingHold hold) {
    const std::lock_guard lock(mutex_);
    VEDETTE_CHECK(may_write());
    const ByteView camera = hold.camera.bytes();
    VEDETTE_TRY(const auto count,
                database_.query_int64("SELECT count(*) FROM hold WHERE camera = ?", camera));
    if (count.value_or(0) >= static_cast<std::int64_t>(max_holds_of_camera))
        return fail(ErrorKind::exhausted, "{} holds are the most that one camera takes: lift some first",
                    max_holds_of_camera);
    VEDETTE_CHECK(
        database_.run("INSERT INTO hold (camera, start_90k, end_90k, placed_at_90k, state, words_sealed) "
                      "VALUES (?, ?, ?, ?, 0, ?)",
                      camera, ticks(hold.start), hold.end ? std::optional(ticks(*hold.end)) : std::nullopt,
                      ticks(hold.placed_at), seal_words(keys_->key, hold)));
    hold.id = static_cast<std::uint64_t>(database_.last_insert_rowid());
    return hold;
}

Result<> RetentionBook::set_hold_state(std::uint64_t id, HoldState state) {
    const std::lock_guard lock(mutex_);
    VEDETTE_CHECK(may_write());
    return database_.run("UPDATE hold SET state = ? WHERE id = ?", static_cast<std::uint8_t>(state),
                         number(id));
}

Result<> RetentionBook::remove_hold(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    VEDETTE_CHECK(may_write());
    return database_.run("DELETE FROM hold WHERE id = ?", number(id));
}

// Words that do not open were altered, or sealed under another key. The hold counts all the same.
void RetentionBook::unseal_words(RecordingHold& hold, ByteView sealed) const {
    const Bytes context = words_context(hold.camera.bytes(), fmt::format("{}", ticks(hold.placed_at)));
    auto opener = crypto::CobblestoneOpener::start(keys_->key, context, sealed);
    for (auto key = keys_->replaced.begin(); !opener && key != keys_->replaced.end(); ++key)
        opener = crypto::CobblestoneOpener::start(*key, context, sealed);
    const auto words = opener ? opener->read_all() : std::unexpected(opener.error());
    if (!words) {
        hold.placed_by = "(not known any more)";
        hold.reason = "(the reason was lost)";
        return;
    }
    const std::string_view text = as_text(*words);
    hold.placed_by = text.substr(0, text.find('\0'));
    hold.reason = text.substr(std::min(text.size(), hold.placed_by.size() + 1));
}

Result<std::vector<RecordingHold>> RetentionBook::read_holds(store::Statement& row) const {
    std::vector<RecordingHold> holds;
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return holds;
        RecordingHold hold{.id = static_cast<std::uint64_t>(row.int64(0)),
                           .camera = CameraId::from_bytes(row.blob(1)),
                           .start = from_ticks(row.int64(2)),
                           .end = row.is_null(3) ? std::nullopt : std::optional(from_ticks(row.int64(3))),
                           .reason = {},
                           .placed_by = {},
                           .placed_at = from_ticks(row.int64(5))};
        unseal_words(hold, row.blob(4));
        holds.push_back(std::move(hold));
    }
}

Result<std::vector<RecordingHold>> RetentionBook::holds(CameraId camera) const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(store::Statement row,
                database_.prepare("SELECT id, camera, start_90k, end_90k, words_sealed, placed_at_90k "
                                  "FROM hold WHERE camera = ? ORDER BY start_90k, id"));
    row.bind_all(ByteView(camera.bytes()));
    return read_holds(row);
}

Result<std::vector<RecordingHold>> RetentionBook::holds(HoldState state) const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(store::Statement row,
                database_.prepare("SELECT id, camera, start_90k, end_90k, words_sealed, placed_at_90k "
                                  "FROM hold WHERE state = ? ORDER BY id"));
    row.bind_all(static_cast<std::uint8_t>(state));
    return read_holds(row);
}

// ------------------------------------------------------------------------------------------ deletions

Result<> RetentionBook::note(const std::vector<Pending>& deletions) {
    const std::lock_guard lock(mutex_);
    VEDETTE_CHECK(may_write());
    VEDETTE_TRY(store::Transaction transaction, store::Transaction::begin(database_));
    for (const Pending& deletion : deletions) {
        const Expiry& expiry = deletion.expiry;
        VEDETTE_CHECK(database_.run(
            "INSERT INTO pending VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ByteView(expiry.stream.camera.bytes()), expiry.stream.stream, number(expiry.first_sequence),
            number(expiry.end_sequence), expiry.day, ticks(expiry.interval.start), ticks(expiry.interval.end),
            static_cast<std::uint8_t>(expiry.rule), number(expiry.value), ticks(expiry.deleted_at),
            expiry.fragments, expiry.files, number(expiry.bytes), number(deletion.greatest_run),
            number(deletion.log_size)));
    }
    return transaction.commit();
}

Result<std::vector<RetentionBook::Pending>> RetentionBook::pending() const {
    const std::lock_guard lock(mutex_);
    std::vector<Pending> deletions;
    VEDETTE_TRY(
        store::Statement row,
        database_.prepare("SELECT id, camera, stream, first_sequence, end_sequence, utc_day, start_90k, "
                          "end_90k, rule, rule_value, deleted_at_90k, fragments, files, bytes, "
                          "greatest_run, log_size FROM pending ORDER BY id"));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return deletions;
        deletions.push_back({.id = row.int64(0),
                             .expiry = {.stream = {CameraId::from_bytes(row.blob(1)),
                                                   static_cast<std::uint8_t>(row.int64(2))},
                                        .first_sequence = static_cast<std::uint64_t>(row.int64(3)),
                                        .end_sequence = static_cast<std::uint64_t>(row.int64(4)),
                                        .day = static_cast<std::int32_t>(row.int64(5)),
                                        .interval = {from_ticks(row.int64(6)), from_ticks(row.int64(7))},
                                        .rule = static_cast<DeletionRule>(row.int64(8)),
                                        .value = static_cast<std::uint64_t>(row.int64(9)),
                                        .deleted_at = from_ticks(row.int64(10)),
                                        .fragments = static_cast<std::uint32_t>(row.int64(11)),
                                        .files = static_cast<std::uint32_t>(row.int64(12)),
                                        .bytes = static_cast<std::uint64_t>(row.int64(13))},
                             .log_size = static_cast<std::uint64_t>(row.int64(15)),
                             .greatest_run = static_cast<std::uint64_t>(row.int64(14))});
    }
}

Result<> RetentionBook::forget(std::int64_t id) {
    const std::lock_guard lock(mutex_);
    VEDETTE_CHECK(may_write());
    return database_.run("DELETE FROM pending WHERE id = ?", id);
}

Result<> RetentionBook::add_deleted(const Pending& deletion) {
    const std::lock_guard lock(mutex_);
    VEDETTE_CHECK(may_write());
    return insert_deleted(deletion);
}

// What goes on where an earlier deletion ended becomes one row with it: a row for each stream and day, not
// for each minute.
Result<> RetentionBook::insert_deleted(const Pending& deletion) {
    const Expiry& expiry = deletion.expiry;
    const ByteView camera = expiry.stream.camera.bytes();
    const auto rule = static_cast<std::uint8_t>(expiry.rule);
    VEDETTE_TRY(
        const auto known,
        database_.query_int64("SELECT 1 FROM deleted WHERE camera = ? AND stream = ? AND first_sequence "
                              "<= ? AND end_sequence >= ?",
                              camera, expiry.stream.stream, number(expiry.first_sequence),
                              number(expiry.end_sequence)));
    if (known) return {};
    VEDETTE_CHECK(database_.run(
        "UPDATE deleted SET end_sequence = ?1, start_90k = min(start_90k, ?2), end_90k = max(end_90k, ?3), "
        "deleted_at_90k = ?4, fragments = fragments + ?5, files = files + ?6, bytes = bytes + ?7, "
        "greatest_run = "
        "max(greatest_run, ?8) WHERE camera = ?9 AND stream = ?10 AND end_sequence = ?11 AND utc_day = ?12 "
        "AND "
        "rule = ?13 AND rule_value = ?14",
        number(expiry.end_sequence), ticks(expiry.interval.start), ticks(expiry.interval.end),
        ticks(expiry.deleted_at), expiry.fragments, expiry.files, number(expiry.bytes),
        number(deletion.greatest_run), camera, expiry.stream.stream, number(expiry.first_sequence),
        expiry.day, rule, number(expiry.value)));
    if (database_.changes() > 0) return {};
    return database_.run("INSERT OR REPLACE INTO deleted VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         camera, expiry.stream.stream, number(expiry.first_sequence),
                         number(expiry.end_sequence), expiry.day, ticks(expiry.interval.start),
                         ticks(expiry.interval.end), rule, number(expiry.value), ticks(expiry.deleted_at),
                         expiry.fragments, expiry.files, number(expiry.bytes), number(deletion.greatest_run));
}

Result<bool> RetentionBook::is_deleted(const Expiry& expiry) const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(
        const auto known,
        database_.query_int64("SELECT 1 FROM deleted WHERE camera = ? AND stream = ? AND first_sequence "
                              "<= ? AND end_sequence >= ?",
                              ByteView(expiry.stream.camera.bytes()), expiry.stream.stream,
                              number(expiry.first_sequence), number(expiry.end_sequence)));
    return known.has_value();
}

Result<std::vector<DeletedRange>> RetentionBook::deleted(StreamKey stream, UtcInterval interval) const {
    const std::lock_guard lock(mutex_);
    std::vector<DeletedRange> ranges;
    VEDETTE_TRY(
        store::Statement row,
        database_.prepare("SELECT start_90k, end_90k, rule, rule_value, deleted_at_90k FROM deleted WHERE "
                          "camera = ? AND stream IN (?, ?) AND start_90k < ? AND end_90k > ? AND end_90k > "
                          "start_90k ORDER BY start_90k"));
    row.bind_all(ByteView(stream.camera.bytes()), stream.stream, fetched_of(stream).stream,
                 ticks(interval.end), ticks(interval.start));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return ranges;
        const DeletedRange range{{from_ticks(row.int64(0)), from_ticks(row.int64(1))},
                                 static_cast<DeletionRule>(row.int64(2)),
                                 static_cast<std::uint64_t>(row.int64(3)),
                                 from_ticks(row.int64(4))};
        const auto goes_on = std::find_if(ranges.rbegin(), ranges.rend(), [&](const DeletedRange& before) {
            return before.rule == range.rule && before.value == range.value;
        });
        if (goes_on != ranges.rend() && range.interval.start - goes_on->interval.end <= joint) {
            goes_on->interval.end = std::max(goes_on->interval.end, range.interval.end);
            goes_on->deleted_at = std::max(goes_on->deleted_at, range.deleted_at);
        } else {
            ranges.push_back(range);
        }
    }
}

Result<std::map<StreamKey, RetentionBook::End>> RetentionBook::ends() const {
    const std::lock_guard lock(mutex_);
    std::map<StreamKey, End> ends;
    VEDETTE_TRY(
        store::Statement row,
        database_.prepare("SELECT camera, stream, max(end_sequence), end_90k FROM deleted GROUP BY camera, "
                          "stream"));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return ends;
        ends[{CameraId::from_bytes(row.blob(0)), static_cast<std::uint8_t>(row.int64(1))}] = {
            static_cast<std::uint64_t>(row.int64(2)), from_ticks(row.int64(3))};
    }
}

Result<std::uint64_t> RetentionBook::greatest_run() const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(const auto run, database_.query_int64("SELECT max(greatest_run) FROM deleted"));
    return static_cast<std::uint64_t>(run.value_or(0));
}

}  // namespace vedette::vault
