#include "hub/audit/personal_sealer.hpp"

#include "hub/audit/book.hpp"

namespace vedette::hub::audit {

namespace {

constexpr std::string_view day_key_purpose = "vedette audit day v1";

Bytes name_of_row(std::uint64_t sequence) {
    ByteWriter writer;
    writer.u64(sequence);
    return std::move(writer).finish();
}

sealing::Place place_of(ByteView row) {
    return {.table = "audit.entry", .column = "personal", .row = row};
}

std::shared_ptr<const sealing::ColumnSealer> sealer_of(const sealing::ColumnSealer& base,
                                                       const Secret& secret) {
    return std::make_shared<const sealing::ColumnSealer>(base.derive(day_key_purpose, secret.reveal()));
}

}  // namespace

PersonalSealer::PersonalSealer(sealing::ColumnSealer base, DaySecrets secrets)
    : base_(std::move(base)), secrets_(std::move(secrets)) {
    for (const auto& [day, slot] : secrets_.days()) days_.emplace(day, sealer_of(base_, slot.secret));
}

Result<std::shared_ptr<PersonalSealer>> PersonalSealer::open(const Layout& layout) {
    VEDETTE_TRY(auto base, sealing::ColumnSealer::open(layout.data_key()));
    VEDETTE_TRY(auto secrets, DaySecrets::open(layout.days()));
    return std::shared_ptr<PersonalSealer>(new PersonalSealer(std::move(base), std::move(secrets)));
}

Result<std::shared_ptr<PersonalSealer>> PersonalSealer::open_existing(const Layout& layout) {
    VEDETTE_TRY(auto base, sealing::ColumnSealer::open_existing(layout.data_key()));
    VEDETTE_TRY(auto secrets, DaySecrets::open_existing(layout.days()));
    return std::shared_ptr<PersonalSealer>(new PersonalSealer(std::move(base), std::move(secrets)));
}

Result<Bytes> PersonalSealer::seal(std::uint64_t sequence, std::int32_t day, ByteView personal) {
    const std::lock_guard guard(mutex_);
    auto& sealer = days_[day];
    if (!sealer) {
        const auto secret = secrets_.find_or_make(day);
        if (!secret) {
            days_.erase(day);
            return std::unexpected(secret.error());
        }
        sealer = sealer_of(base_, **secret);
    }
    const Bytes row = name_of_row(sequence);
    return sealer->seal(place_of(row), personal);
}

Result<Bytes> PersonalSealer::unseal(const Row& row) const {
    if (!row.personal_sealed) return fail(ErrorKind::not_found, "entry {} is erased", row.sequence);
    const Bytes name = name_of_row(row.sequence);
    if (!row.personal_day) return base_.unseal(place_of(name), *row.personal_sealed);
    std::shared_ptr<const sealing::ColumnSealer> sealer;
    {
        const std::lock_guard guard(mutex_);
        if (const auto found = days_.find(*row.personal_day); found != days_.end()) sealer = found->second;
    }
    if (!sealer) return fail(ErrorKind::not_found, "the secret of the day of entry {} is gone", row.sequence);
    return sealer->unseal(place_of(name), *row.personal_sealed);
}

Result<std::size_t> PersonalSealer::destroy_before(std::int32_t day) {
    const std::lock_guard guard(mutex_);
    const auto destroyed = secrets_.destroy_before(day);
    if (destroyed) days_.erase(days_.begin(), days_.lower_bound(day));
    return destroyed;
}

}  // namespace vedette::hub::audit
