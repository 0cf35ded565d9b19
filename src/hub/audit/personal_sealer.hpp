#pragma once
// Seals what entries tell of people, under a key of the entry's day, so that whole days can be made
// unreadable for good.

#include <memory>
#include <mutex>

#include "hub/audit/day_secrets.hpp"
#include "hub/audit/layout.hpp"
#include "hub/sealing/column_sealer.hpp"

namespace vedette::hub::audit {

struct Row;

/// Thread-safe. The key of a day is made of hub/data.key and the day's secret: without either it is gone.
class PersonalSealer {
  public:
    /// With hub/data.key and hub/audit.days, which are made where they are missing. Blocking. Errors as
    /// crypto::load_or_make_key() and DaySecrets::open().
    static Result<std::shared_ptr<PersonalSealer>> open(const Layout& layout);
    /// For looking: makes nothing. not_found when there is no hub/data.key.
    static Result<std::shared_ptr<PersonalSealer>> open_existing(const Layout& layout);

    /// Under the key of `day`, a UTC day, whose secret is made when there is none. Blocks on the disk then.
    Result<Bytes> seal(std::uint64_t sequence, std::int32_t day, ByteView personal);
    /// salt || personal part. not_found: it was erased, or its day's secret was destroyed; corrupt: it was
    /// altered, moved, or sealed with other keys.
    Result<Bytes> unseal(const Row& row) const;
    /// How many days' secrets were destroyed. Blocks on the disk.
    Result<std::size_t> destroy_before(std::int32_t day);

  private:
    PersonalSealer(sealing::ColumnSealer base, DaySecrets secrets);

    const sealing::ColumnSealer base_;
    mutable std::mutex mutex_;
    DaySecrets secrets_;
    std::map<std::int32_t, std::shared_ptr<const sealing::ColumnSealer>> days_;
};

}  // namespace vedette::hub::audit
