#pragma once
// The hub's audit log: who did what, when, from where, and how it was decided; signed, so that it can not be
// rewritten unseen. docs/design/audit.md says why it is as it is.

#include <functional>
#include <memory>

#include <boost/asio/awaitable.hpp>

#include "hub/audit/book.hpp"

namespace vedette::hub::audit {

struct Options {
    std::filesystem::path hub;    ///< DATA/hub
    OrganisationId organisation;  ///< whom entries about the log itself belong to
    std::chrono::days keep_personal{
        365};                        ///< names, addresses and details are kept so long, and to the day's end
    std::size_t max_waiting = 4096;  ///< entries that wait to be written; more are refused
};

struct Figures {
    std::uint64_t entries = 0;   ///< in the log
    std::uint64_t failures = 0;  ///< entries that could not be written since the start
};

/// Thread-safe. One thread of its own writes, another one reads.
class AuditLog {
  public:
    template <class T>
    using Awaitable = boost::asio::awaitable<T>;
    using Done = std::move_only_function<void(Result<std::uint64_t>)>;

    /// Opens or makes what lies in DATA/hub, see recovery.hpp. Blocking. `clock` outlives the object and is
    /// asked on the log's own thread at most once an hour.
    static Result<std::shared_ptr<AuditLog>> open(Options options, const Clock& clock);
    /// Writes what waits.
    ~AuditLog();
    AuditLog(const AuditLog&) = delete;
    AuditLog& operator=(const AuditLog&) = delete;

    /// The sequence number of the entry, once it is on disk and signed. Entries are written in the order of
    /// the calls. Errors: as the file system and the database say, exhausted when too many wait.
    Awaitable<Result<std::uint64_t>> append(Entry entry);
    /// The same; `done` is called once, on any thread.
    void append(Entry entry, Done done);
    /// For what has happened already: nobody waits; a failure is logged and counted.
    void note(Entry entry);

    Awaitable<Result<std::vector<ListedWithResult>>> list(Query query);
    /// Everything from `from` on, in order of sequence.
    Awaitable<Result<std::vector<Listed>>> page(Query query, std::uint64_t from);
    /// Erases what tells of people in entries of days that had ended by `before`; how many entries. Blocking.
    Result<std::uint64_t> erase_personal(UtcTime before, UtcTime now);

    Figures figures() const;

  private:
    struct State;
    explicit AuditLog(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace vedette::hub::audit
