#pragma once
// The entries in SQLite: leaves, columns to search by, and the sealed personal parts. Blocking; one thread at
// a time.

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "hub/audit/entry.hpp"
#include "hub/audit/personal_sealer.hpp"
#include "store/database.hpp"

namespace vedette::hub::audit {

struct Row {
    std::uint64_t sequence = 0;
    Bytes leaf;
    std::optional<Bytes> personal_sealed{};      ///< nullopt: erased
    std::optional<std::int32_t> personal_day{};  ///< under whose key; nullopt: hub/data.key alone (format 1)
};

/// What to look for; organisation first.
struct Query {
    OrganisationId organisation;
    UtcInterval time{UtcTime::min(), UtcTime::max()};
    std::optional<UserId> user;
    std::optional<CameraId> camera;
    std::string action;  ///< empty: any
    std::optional<bool> allowed;
    std::optional<std::uint64_t> before;  ///< sequence numbers below it
    std::size_t limit = 100;
};

enum class PersonalState : std::uint8_t { present, erased, unreadable };
std::string_view to_string(PersonalState state);

struct Listed {
    Leaf leaf;
    Personal personal;
    PersonalState state = PersonalState::present;
};
/// With what became of it, where an entry says so.
struct ListedWithResult {
    Listed entry;
    std::optional<Listed> result;
};

class Book {
  public:
    /// Errors as store::Database::open. A writing Book makes each commit durable before it returns.
    static Result<Book> open(const std::filesystem::path& path, store::Access access);

    /// One more than the highest sequence number; 0 when there is none.
    Result<std::uint64_t> end();
    Result<std::uint64_t> count();
    /// All or none.
    Result<> add(std::span<const Row> rows);
    /// Calls `each` in order of sequence for rows [from, to); stops at its first error.
    Result<> for_each(std::uint64_t from, std::uint64_t to, const std::function<Result<>(const Row&)>& each);
    /// The last row that has its personal part.
    Result<std::optional<Row>> last_with_personal();

    /// Newest first; no results of entries on their own.
    Result<std::vector<ListedWithResult>> list(const Query& query, const PersonalSealer& sealer);
    /// Everything from `from` on, in order.
    Result<std::vector<Listed>> page(const Query& query, std::uint64_t from, const PersonalSealer& sealer);

    /// One more than the highest sequence number of an entry before `time` that has its personal part; 0:
    /// none.
    Result<std::uint64_t> erasable_end(UtcTime time);
    /// Erases personal parts of entries below `end` and before `time`, some at a time; how many there were.
    Result<std::uint64_t> erase(std::uint64_t end, UtcTime time);
    /// Whether the columns of the row `sequence` say what its leaf says; nullopt: there is no such row.
    Result<std::optional<bool>> columns_agree(const Leaf& leaf);
    /// All reading from now on sees one state, until this object goes.
    Result<> begin_snapshot() { return database_.run("BEGIN"); }

  private:
    explicit Book(store::Database database) : database_(std::move(database)) {}
    store::Database database_;
};

}  // namespace vedette::hub::audit
