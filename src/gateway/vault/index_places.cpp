// In which place a segment lies, and what places that were away have to make up for.

#include "base/file_fault.hpp"
#include "gateway/vault/index.hpp"

namespace vedette::vault {

Result<std::optional<PlaceNumber>> Index::place_of(const SegmentId& id) const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(const auto place,
                database_.query_int64(
                    "SELECT place FROM segment WHERE camera = ? AND stream = ? AND first_sequence = ?",
                    ByteView(id.stream.camera.bytes()), id.stream.stream,
                    static_cast<std::int64_t>(id.first_sequence)));
    if (!place) return std::nullopt;
    return static_cast<PlaceNumber>(*place);
}

Result<> Index::set_place(const SegmentId& id, PlaceNumber place) {
    const std::lock_guard lock(mutex_);
    if (const auto fault = file_fault(FileOperation::database)) return fail_errno(fault->error, "index.db");
    return database_.run(
        "UPDATE segment SET place = ? WHERE camera = ? AND stream = ? AND first_sequence = ?", place,
        ByteView(id.stream.camera.bytes()), id.stream.stream, static_cast<std::int64_t>(id.first_sequence));
}

Result<std::map<PlaceNumber, PlaceDebt>> Index::debts() const {
    const std::lock_guard lock(mutex_);
    std::map<PlaceNumber, PlaceDebt> debts;
    VEDETTE_TRY(store::Statement row, database_.prepare("SELECT place, log_scan_from FROM place_debt"));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return debts;
        debts[static_cast<PlaceNumber>(row.int64(0))] = {static_cast<std::uint64_t>(row.int64(1))};
    }
}

Result<> Index::note_debt(PlaceNumber place, std::uint64_t scan_from) {
    const std::lock_guard lock(mutex_);
    return database_.run(
        "INSERT INTO place_debt VALUES (?1, ?2) ON CONFLICT (place) DO UPDATE SET "
        "log_scan_from = min(log_scan_from, ?2)",
        place, static_cast<std::int64_t>(scan_from));
}

Result<> Index::settle_debt(PlaceNumber place) {
    const std::lock_guard lock(mutex_);
    return database_.run("DELETE FROM place_debt WHERE place = ?", place);
}

}  // namespace vedette::vault
