#include "hub/audit/book.hpp"

#include <array>
#include <cerrno>

#include "base/file_fault.hpp"

namespace vedette::hub::audit {

namespace {

// The columns behind `leaf` are there to search by and say what the leaf says; vedette audit verify holds
// them together. sequence: from 0, without holes, the entry's index in the tree.
constexpr std::array<store::Migration, 2> migrations = {R"sql(
CREATE TABLE entry (
    sequence        INTEGER PRIMARY KEY,
    leaf            BLOB NOT NULL,         -- docs/ref/audit-format.md
    kind            INTEGER NOT NULL,
    time_90k        INTEGER NOT NULL,      -- 90 kHz ticks since 1970-01-01 UTC
    organisation_id BLOB NOT NULL CHECK (length(organisation_id) = 16),
    user_id         BLOB,
    camera_id       BLOB,
    action          TEXT NOT NULL,
    allowed         INTEGER NOT NULL,
    about           INTEGER,               -- the sequence that a result (kind 2) is of
    personal_sealed BLOB                   -- NULL: erased
) STRICT;
CREATE INDEX entry_by_organisation ON entry (organisation_id, sequence);
CREATE INDEX entry_by_time ON entry (organisation_id, time_90k);
CREATE INDEX entry_by_user ON entry (organisation_id, user_id, sequence) WHERE user_id IS NOT NULL;
CREATE INDEX entry_by_camera ON entry (organisation_id, camera_id, sequence) WHERE camera_id IS NOT NULL;
CREATE INDEX entry_by_action ON entry (organisation_id, action, sequence);
CREATE INDEX entry_denied ON entry (organisation_id, sequence) WHERE allowed = 0;
CREATE INDEX entry_about ON entry (about) WHERE about IS NOT NULL;
CREATE INDEX entry_erasable ON entry (time_90k) WHERE personal_sealed IS NOT NULL;
)sql",
                                                        R"sql(
-- UTC day (since 1970-01-01) with whose secret personal_sealed is sealed; NULL: with hub/data.key alone.
ALTER TABLE entry ADD COLUMN personal_day INTEGER;
)sql"};

constexpr std::int64_t erase_batch = 1000;

template <class IdType>
std::optional<Bytes> id_column(const std::optional<IdType>& id) {
    if (!id) return std::nullopt;
    return Bytes(id->bytes().begin(), id->bytes().end());
}

std::optional<std::int64_t> about_column(const Facts& facts) {
    return facts.kind == Kind::result && facts.about ? std::optional(static_cast<std::int64_t>(*facts.about))
                                                     : std::nullopt;
}

Bytes copy_of(ByteView view) {
    return {view.begin(), view.end()};
}

// As row_at() reads it.
constexpr std::string_view select_rows =
    "SELECT sequence, leaf, personal_sealed, personal_day FROM entry WHERE ";

std::string rows_where(std::string_view condition) {
    return std::string(select_rows) += condition;
}

Row row_at(const store::Statement& statement) {
    Row row{static_cast<std::uint64_t>(statement.int64(0)), copy_of(statement.blob(1))};
    if (!statement.is_null(2)) row.personal_sealed = copy_of(statement.blob(2));
    if (!statement.is_null(3)) row.personal_day = static_cast<std::int32_t>(statement.int64(3));
    return row;
}

Result<Listed> listed(const Row& row, const PersonalSealer& sealer) {
    VEDETTE_TRY(Leaf leaf, parse_leaf(row.leaf));
    Listed out{.leaf = std::move(leaf), .personal = {}, .state = PersonalState::erased};
    if (!row.personal_sealed) return out;
    out.state = PersonalState::unreadable;
    const auto bytes = sealer.unseal(row);
    if (!bytes) return out;
    auto personal = parse_personal(*bytes);
    if (!personal) return out;
    out.personal = std::move(*personal);
    out.state = PersonalState::present;
    return out;
}

// Conditions of a query, with the parameters in their order.
struct Where {
    explicit Where(const Query& query) : query_(query) {
        // What is not asked for is no condition: without it the rows come in their order from an index.
        if (query.time.start != UtcTime::min()) sql += " AND time_90k >= ?2";
        if (query.time.end != UtcTime::max()) sql += " AND time_90k < ?3";
        if (query.user) sql += " AND user_id = ?4";
        if (query.camera) sql += " AND camera_id = ?5";
        if (!query.action.empty()) sql += " AND action = ?6";
        if (query.allowed) sql += *query.allowed ? " AND allowed = 1" : " AND allowed = 0";
    }
    void bind(store::Statement& statement) const {
        statement.bind(1, ByteView(query_.organisation.bytes()));
        if (query_.time.start != UtcTime::min()) statement.bind(2, ticks(query_.time.start));
        if (query_.time.end != UtcTime::max()) statement.bind(3, ticks(query_.time.end));
        if (query_.user) statement.bind(4, ByteView(query_.user->bytes()));
        if (query_.camera) statement.bind(5, ByteView(query_.camera->bytes()));
        if (!query_.action.empty()) statement.bind(6, query_.action);
        statement.bind(7, static_cast<std::int64_t>(query_.limit));
    }
    std::string sql = "organisation_id = ?1";

  private:
    const Query& query_;
};

}  // namespace

std::string_view to_string(PersonalState state) {
    switch (state) {
        case PersonalState::present:
            return "present";
        case PersonalState::erased:
            return "erased";
        case PersonalState::unreadable:
            return "unreadable";
    }
    return "unknown";
}

Result<Book> Book::open(const std::filesystem::path& path, store::Access access) {
    VEDETTE_TRY(store::Database database, store::Database::open(path, migrations, access));
    // What is erased is overwritten, and what is acknowledged survives a loss of power.
    if (access != store::Access::read_only)
        VEDETTE_CHECK(database.execute("PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"));
    return Book(std::move(database));
}

Result<std::uint64_t> Book::end() {
    VEDETTE_TRY(const auto last, database_.query_int64("SELECT max(sequence) FROM entry"));
    return last ? static_cast<std::uint64_t>(*last) + 1 : 0;
}

Result<std::uint64_t> Book::count() {
    VEDETTE_TRY(const auto count, database_.query_int64("SELECT count(*) FROM entry"));
    return static_cast<std::uint64_t>(count.value_or(0));
}

Result<> Book::add(std::span<const Row> rows) {
    VEDETTE_TRY(auto transaction, store::Transaction::begin(database_));
    for (const Row& row : rows) {
        VEDETTE_TRY(const Leaf leaf, parse_leaf(row.leaf));
        const Facts& facts = leaf.facts;
        VEDETTE_CHECK(database_.run(
            "INSERT INTO entry (sequence, leaf, kind, time_90k, organisation_id, user_id, camera_id, action, "
            "allowed, about, personal_sealed, personal_day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row.sequence, row.leaf, static_cast<std::int64_t>(facts.kind), ticks(facts.time),
            ByteView(facts.organisation.bytes()), id_column(facts.user), id_column(facts.camera),
            facts.action, facts.allowed ? 1 : 0, about_column(facts), row.personal_sealed, row.personal_day));
    }
    if (const auto fault = file_fault(FileOperation::database)) return fail_errno(fault->error, "audit.db");
    return transaction.commit();
}

Result<> Book::for_each(std::uint64_t from, std::uint64_t to,
                        const std::function<Result<>(const Row&)>& each) {
    VEDETTE_TRY(auto statement,
                database_.prepare(rows_where("sequence >= ? AND sequence < ? ORDER BY sequence")));
    statement.bind_all(from, to);
    for (;;) {
        VEDETTE_TRY(const bool more, statement.step());
        if (!more) return {};
        VEDETTE_CHECK(each(row_at(statement)));
    }
}

Result<std::optional<Row>> Book::last_with_personal() {
    VEDETTE_TRY(auto statement,
                database_.prepare(rows_where("personal_sealed IS NOT NULL ORDER BY sequence DESC LIMIT 1")));
    VEDETTE_TRY(const bool found, statement.step());
    return found ? std::optional(row_at(statement)) : std::nullopt;
}

Result<std::vector<ListedWithResult>> Book::list(const Query& query, const PersonalSealer& sealer) {
    const Where where(query);
    VEDETTE_TRY(auto statement,
                database_.prepare(rows_where(
                    where.sql + " AND sequence < ?8 AND kind <> 2 ORDER BY sequence DESC LIMIT ?7")));
    where.bind(statement);
    statement.bind(
        8, static_cast<std::int64_t>(std::min<std::uint64_t>(query.before.value_or(INT64_MAX), INT64_MAX)));
    std::vector<ListedWithResult> all;
    for (;;) {
        VEDETTE_TRY(const bool more, statement.step());
        if (!more) return all;
        const Row row = row_at(statement);
        VEDETTE_TRY(Listed entry, listed(row, sealer));
        ListedWithResult both{.entry = std::move(entry), .result = {}};
        VEDETTE_TRY(auto result, database_.prepare(rows_where("about = ? ORDER BY sequence DESC LIMIT 1")));
        result.bind_all(row.sequence);
        VEDETTE_TRY(const bool has_result, result.step());
        if (has_result) {
            VEDETTE_TRY(both.result, listed(row_at(result), sealer));
        }
        all.push_back(std::move(both));
    }
}

Result<std::vector<Listed>> Book::page(const Query& query, std::uint64_t from, const PersonalSealer& sealer) {
    const Where where(query);
    VEDETTE_TRY(auto statement,
                database_.prepare(rows_where(where.sql + " AND sequence >= ?8 ORDER BY sequence LIMIT ?7")));
    where.bind(statement);
    statement.bind(8, static_cast<std::int64_t>(from));
    std::vector<Listed> all;
    for (;;) {
        VEDETTE_TRY(const bool more, statement.step());
        if (!more) return all;
        VEDETTE_TRY(Listed entry, listed(row_at(statement), sealer));
        all.push_back(std::move(entry));
    }
}

Result<std::uint64_t> Book::erasable_end(UtcTime time) {
    VEDETTE_TRY(const auto last, database_.query_int64("SELECT max(sequence) FROM entry WHERE time_90k < ? "
                                                       "AND personal_sealed IS NOT NULL",
                                                       ticks(time)));
    return last ? static_cast<std::uint64_t>(*last) + 1 : 0;
}

Result<std::uint64_t> Book::erase(std::uint64_t end, UtcTime time) {
    std::uint64_t erased = 0;
    for (;;) {
        if (const auto fault = file_fault(FileOperation::database))
            return fail_errno(fault->error, "audit.db");
        VEDETTE_CHECK(
            database_.run("UPDATE entry SET personal_sealed = NULL, personal_day = NULL WHERE sequence IN "
                          "(SELECT sequence FROM entry WHERE "
                          "time_90k < ? AND personal_sealed IS NOT NULL AND sequence < ? LIMIT ?)",
                          ticks(time), end, erase_batch));
        const std::int64_t changed = database_.changes();
        erased += static_cast<std::uint64_t>(changed);
        if (changed < erase_batch) break;
    }
    // Else the write-ahead log would keep what the file has no longer.
    VEDETTE_CHECK(database_.run("PRAGMA wal_checkpoint(TRUNCATE)"));
    return erased;
}

Result<std::optional<bool>> Book::columns_agree(const Leaf& leaf) {
    const Facts& facts = leaf.facts;
    VEDETTE_TRY(const auto agree,
                database_.query_int64(
                    "SELECT kind = ? AND time_90k = ? AND organisation_id = ? AND user_id IS ? AND camera_id "
                    "IS ? AND action = ? AND allowed = ? AND about IS ? FROM entry WHERE sequence = ?",
                    static_cast<std::int64_t>(facts.kind), ticks(facts.time),
                    ByteView(facts.organisation.bytes()), id_column(facts.user), id_column(facts.camera),
                    facts.action, facts.allowed ? 1 : 0, about_column(facts), leaf.sequence));
    return agree ? std::optional(*agree == 1) : std::nullopt;
}

}  // namespace vedette::hub::audit
