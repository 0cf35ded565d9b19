#pragma once
// What writes the audit log: rows first, then the tree and its checkpoint. Blocking; one thread at a time.

#include "hub/audit/recovery.hpp"

namespace vedette::hub::audit {

class Writer {
  public:
    /// What to write, and where its number goes.
    struct Order {
        Entry entry;
        Result<std::uint64_t> sequence = fail(ErrorKind::cancelled, "the audit log is closed");
    };

    /// `sealer` outlives it; entries about the log itself are `organisation`'s. Writes the alarms, if any.
    static Result<Writer> start(Opened opened, PersonalSealer& sealer, OrganisationId organisation,
                                UtcTime now);

    /// Writes all orders with one commit and one checkpoint, and gives each its sequence number once both are
    /// on disk; or all of them the error. An entry whose row was written and whose checkpoint was not stays:
    /// the next write adds that it was not acknowledged.
    void write(std::span<Order> orders);

    /// Writes an entry that says so, then destroys the secrets of the days that had ended by `before`, and
    /// erases the personal parts of their entries; of how many.
    Result<std::uint64_t> erase_personal(UtcTime before, UtcTime now);

    std::uint64_t size() const { return tree_.size(); }

  private:
    Writer(Opened opened, PersonalSealer& sealer, OrganisationId organisation)
        : book_(std::move(opened.book)),
          tree_(std::move(opened.tree)),
          sealer_(&sealer),
          organisation_(organisation) {}
    Entry entry_of_log(Kind kind, std::string_view action, std::string_view reason, UtcTime now) const;
    Result<> commit(std::span<Order> orders);
    Result<Row> make_row(std::uint64_t sequence, const Entry& entry);

    Book book_;
    crypto::TileLog tree_;
    PersonalSealer* sealer_;
    OrganisationId organisation_;
    std::vector<std::pair<std::uint64_t, OrganisationId>> unacknowledged_;
};

}  // namespace vedette::hub::audit
