#include "hub/syslog/store.hpp"

#include <array>

#include "base/log.hpp"

namespace vedette::hub::syslog {

namespace {

constexpr std::array<store::Migration, 1> migrations = {R"sql(
CREATE TABLE target (
    only_one           INTEGER PRIMARY KEY CHECK (only_one = 1),
    host               TEXT NOT NULL,
    port               INTEGER NOT NULL,
    transport          TEXT NOT NULL,
    allow_in_clear     INTEGER NOT NULL,
    wording            TEXT NOT NULL,
    authorities_pem    TEXT NOT NULL,
    certificate_pem    TEXT NOT NULL,
    private_key_sealed BLOB,             -- under hub/data.key
    next_sequence      INTEGER NOT NULL  -- of the first audit entry that the server may not have
) STRICT;
)sql"};

constexpr sealing::Place key_place{.table = "syslog.target", .column = "private_key", .row = {}};

}  // namespace

Result<Store> Store::open(const std::filesystem::path& hub) {
    VEDETTE_TRY(auto sealer, sealing::ColumnSealer::open(hub / "data.key"));
    VEDETTE_TRY(auto database, store::Database::open(hub / "syslog.db", migrations));
    // A key that was replaced is overwritten.
    VEDETTE_CHECK(database.execute("PRAGMA secure_delete=ON;"));
    return Store(std::move(database), std::move(sealer));
}

Result<std::optional<Stored>> Store::load() {
    VEDETTE_TRY(auto row,
                database_.prepare("SELECT host, port, transport, allow_in_clear, wording, authorities_pem, "
                                  "certificate_pem, private_key_sealed, next_sequence FROM target"));
    VEDETTE_TRY(const bool found, row.step());
    if (!found) return std::nullopt;
    Stored stored;
    Target& target = stored.target;
    target.host = row.text(0);
    target.port = static_cast<std::uint16_t>(row.int64(1));
    const auto transport = parse_transport(row.text(2));
    target.allow_in_clear = row.int64(3) != 0;
    const auto wording = parse_wording(row.text(4));
    if (!transport || !wording)
        return fail(ErrorKind::unsupported, "hub/syslog.db was made by a newer version of this program");
    target.transport = *transport;
    target.wording = *wording;
    target.authorities_pem = row.text(5);
    target.certificate_pem = row.text(6);
    stored.next = static_cast<std::uint64_t>(row.int64(8));
    if (row.is_null(7)) return stored;
    if (auto key = sealer_.unseal(key_place, row.blob(7))) {
        target.private_key_pem = Secret(ByteView(*key));
        wipe(*key);
    } else {
        log::warn("the private key for the syslog server can't be opened: {}", key.error().message);
        target.certificate_pem.clear();
    }
    return stored;
}

Result<> Store::save(const Target& target, std::uint64_t next) {
    std::optional<Bytes> key;
    if (!target.private_key_pem.empty()) key = sealer_.seal(key_place, target.private_key_pem.reveal());
    return database_.run(
        "REPLACE INTO target (only_one, host, port, transport, allow_in_clear, wording, authorities_pem, "
        "certificate_pem, private_key_sealed, next_sequence) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        target.host, target.port, to_string(target.transport), target.allow_in_clear ? 1 : 0,
        to_string(target.wording), target.authorities_pem, target.certificate_pem, key, next);
}

Result<> Store::save_next(std::uint64_t next) {
    return database_.run("UPDATE target SET next_sequence = ?", next);
}

Result<> Store::remove() {
    return database_.run("DELETE FROM target");
}

}  // namespace vedette::hub::syslog
