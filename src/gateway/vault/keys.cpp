#include "gateway/vault/keys.hpp"

#include <array>

#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "crypto/key_wrap.hpp"
#include "gateway/vault/format_file.hpp"
#include "keystore/provider.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

constexpr std::array<store::Migration, 2> key_migrations = {R"(
    CREATE TABLE identity (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        organisation BLOB NOT NULL,
        origin TEXT NOT NULL,
        organisation_key_wrapped BLOB NOT NULL,
        signing_key_wrapped BLOB NOT NULL,
        epoch INTEGER NOT NULL
    );
    CREATE TABLE day_key (
        camera BLOB NOT NULL,
        utc_day INTEGER NOT NULL,
        wrapped BLOB NOT NULL,
        PRIMARY KEY (camera, utc_day)
    ) WITHOUT ROWID;
    CREATE TABLE deletion (
        camera BLOB NOT NULL,
        stream INTEGER NOT NULL,
        before_sequence INTEGER NOT NULL,
        PRIMARY KEY (camera, stream)
    ) WITHOUT ROWID;
)",
                                                            R"(
    -- What is derived from, once the organisation key was changed: before, it is that key itself.
    CREATE TABLE derivation_key (
        generation INTEGER PRIMARY KEY,  -- the greatest counts; 0: the organisation key that was the first
        wrapped BLOB NOT NULL,           -- under the organisation key
        since_90k INTEGER NOT NULL       -- 1970-01-01 UTC
    );
)"};
// Read-only, a store is looked at as it is.
constexpr std::size_t least_key_schema = 1;

constexpr std::size_t key_size = 32;
constexpr std::size_t max_cached_keys = 1024;

Bytes day_purpose(CameraId camera, std::int32_t day) {
    ByteWriter writer;
    writer.text("day key").u8(0).bytes(camera.bytes()).u32(static_cast<std::uint32_t>(day));
    return std::move(writer).finish();
}

Bytes epoch_purpose(std::uint64_t number) {
    ByteWriter writer;
    writer.text("epoch key").u8(0).u64(number);
    return std::move(writer).finish();
}

}  // namespace

KeyStore::KeyStore(const Layout& layout, store::Database database, store::Access access)
    : layout_(layout), database_(std::move(database)), access_(access) {}

Result<std::unique_ptr<KeyStore>> KeyStore::open(const Layout& layout, keystore::Secrets* secrets) {
    std::error_code error;
    if (fs::create_directory(layout.keys(), error))
        fs::permissions(layout.keys(), fs::perms::owner_all, error);
    if (error) return fail_errno(error.value(), layout.keys().string());
    VEDETTE_TRY(store::Database database, open_key_database(layout, store::Access::read_write_create));
    // A day key must be there before the first byte that needs it, and a destroyed one must leave no trace.
    VEDETTE_CHECK(database.execute("PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"));
    std::unique_ptr<KeyStore> keys(
        new KeyStore(layout, std::move(database), store::Access::read_write_create));
    VEDETTE_CHECK(keys->load(secrets));
    return keys;
}

Result<std::unique_ptr<KeyStore>> KeyStore::open_read_only(const Layout& layout, keystore::Secrets* secrets) {
    const keystore::KeyFolder folder(layout.keys());
    if (!folder.has_slots()) VEDETTE_CHECK(require_file(folder.key_file()));
    VEDETTE_CHECK(require_file(layout.keys() / "keys.db"));
    VEDETTE_TRY(store::Database database, open_key_database(layout, store::Access::read_only));
    std::unique_ptr<KeyStore> keys(new KeyStore(layout, std::move(database), store::Access::read_only));
    VEDETTE_CHECK(keys->load(secrets));
    return keys;
}

Result<std::unique_ptr<KeyStore>> KeyStore::open_with(const Layout& layout, const Secret& root,
                                                      const keystore::SlotTable& table) {
    VEDETTE_TRY(store::Database database, open_key_database(layout, store::Access::read_write));
    VEDETTE_CHECK(database.execute("PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"));
    std::unique_ptr<KeyStore> keys(new KeyStore(layout, std::move(database), store::Access::read_write));
    keys->root_ = root.duplicate();
    keys->organisation_key_wrapped_ = table.organisation_key_wrapped;
    keys->next_organisation_key_wrapped_ = table.next_organisation_key_wrapped;
    VEDETTE_CHECK(keys->load_identity());
    VEDETTE_CHECK(keys->load_derivation());
    VEDETTE_CHECK(keys->load_epoch());
    return keys;
}

Result<> forget_wrapped_organisation_key(store::Database& database) {
    VEDETTE_TRY(
        const auto there,
        database.query_int64("SELECT count(*) FROM identity WHERE length(organisation_key_wrapped) > 0"));
    if (there.value_or(0) == 0) return {};
    VEDETTE_CHECK(database.execute("PRAGMA secure_delete=ON"));
    VEDETTE_CHECK(database.run("UPDATE identity SET organisation_key_wrapped = x''"));
    return database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

Result<store::Database> open_key_database(const Layout& layout, store::Access access) {
    auto database = store::Database::open(layout.keys() / "keys.db", key_migrations, access);
    if (!database && database.error().kind == ErrorKind::unsupported && access == store::Access::read_only) {
        auto older = store::Database::open(layout.keys() / "keys.db",
                                           std::span(key_migrations).first(least_key_schema), access);
        if (older) return older;
    }
    return database;
}

Result<std::optional<UtcTime>> organisation_key_changed_at(store::Database& database) {
    VEDETTE_TRY(const auto since, database.query_int64("SELECT max(since_90k) FROM derivation_key"));
    return since ? std::optional(from_ticks(*since)) : std::nullopt;
}

Result<> KeyStore::refresh() {
    const std::lock_guard lock(mutex_);
    cache_.clear();
    VEDETTE_CHECK(load_identity());
    return load_epoch();
}

Result<> KeyStore::load(keystore::Secrets* secrets) {
    const keystore::Environment environment{keystore::KeyFolder(layout_.keys()), secrets};
    const bool may_write = access_ != store::Access::read_only;
    File lock;
    if (may_write) {
        VEDETTE_TRY(lock, environment.folder.lock());
    }
    VEDETTE_TRY(auto table, load_root(environment));
    VEDETTE_CHECK(load_identity());
    VEDETTE_CHECK(load_derivation());
    if (table && may_write) {
        VEDETTE_CHECK(raise_format(layout_, format_with_slots));
        VEDETTE_CHECK(settle_organisation_key(*table, environment));
        VEDETTE_CHECK(forget_wrapped_organisation_key(database_));
        VEDETTE_CHECK(keystore::finish_changes(*table, environment.folder));
    }
    // Beside a recorder that destroys keys at this moment, what was read of the database may be older than
    // the file.
    for (int looks = may_write ? 1 : 5;; --looks) {
        Result<> loaded = load_epoch();
        if (loaded || looks == 1) return loaded;
        VEDETTE_TRY(const auto number, database_.query_int64("SELECT epoch FROM identity"));
        epoch_number_ = static_cast<std::uint64_t>(number.value_or(0));
    }
}

// Where there is no table of slots, the key file is the root key itself: the default, and what stores were
// before there were slots.
Result<std::optional<keystore::SlotTable>> KeyStore::load_root(const keystore::Environment& environment) {
    const keystore::KeyFolder& folder = environment.folder;
    VEDETTE_TRY(auto table, folder.read_slots());
    if (table) {
        VEDETTE_TRY(keystore::Unlocked unlocked, keystore::unlock(*table, environment));
        root_ = std::move(unlocked.root);
        organisation_key_wrapped_ = table->organisation_key_wrapped;
        next_organisation_key_wrapped_ = table->next_organisation_key_wrapped;
        return table;
    }
    auto key = folder.read_key_file();
    if (!key && key.error().kind == ErrorKind::not_found && access_ != store::Access::read_only) {
        VEDETTE_TRY(const auto known, database_.query_int64("SELECT count(*) FROM identity"));
        if (known.value_or(0) > 0) return std::unexpected(key.error());
        root_ = crypto::random_secret(key_size);
        VEDETTE_CHECK(folder.write_key_file(root_));
        return std::nullopt;
    }
    if (!key) return std::unexpected(key.error());
    root_ = std::move(*key);
    return std::nullopt;
}

std::string KeyStore::does_not_fit() const {
    return fmt::format(
        "{} does not open keys.db beside it: one of them is damaged or belongs to another installation; "
        "bring "
        "both back from one backup",
        organisation_key_wrapped_.empty()
            ? fmt::format("the root key {}", keystore::KeyFolder(layout_.keys()).key_file().string())
            : keystore::KeyFolder(layout_.keys()).slots().string());
}

Result<> KeyStore::load_identity() {
    {
        VEDETTE_TRY(store::Statement row,
                    database_.prepare("SELECT organisation, origin, organisation_key_wrapped, "
                                      "signing_key_wrapped, epoch FROM identity"));
        VEDETTE_TRY(const bool found, row.step());
        if (found) {
            Uuid uuid;
            if (!ByteReader(row.blob(0)).copy_to(uuid.bytes))
                return fail(ErrorKind::corrupt, "the key database in {} is damaged", layout_.keys().string());
            organisation_ = OrganisationId(uuid);
            origin_ = row.text(1);
            VEDETTE_CHECK(open_organisation_key(row.blob(2), row.blob(3)));
            const auto seed =
                crypto::unwrap_key_for(organisation_key_, as_bytes(signing_key_purpose), row.blob(3));
            if (!seed) return fail(ErrorKind::corrupt, "{}", does_not_fit());
            VEDETTE_TRY(crypto::Ed25519Signer signer, crypto::Ed25519Signer::from_seed(seed->reveal()));
            signer_ = std::make_unique<crypto::Ed25519Signer>(std::move(signer));
            epoch_number_ = static_cast<std::uint64_t>(row.int64(4));
            return {};
        }
    }
    if (access_ == store::Access::read_only || !organisation_key_wrapped_.empty())
        return fail(ErrorKind::corrupt, "the key database in {} is empty", layout_.keys().string());
    organisation_ = OrganisationId::random();
    origin_ = "vedette.invalid/gateway/" + GatewayId::random().text();
    organisation_key_ = crypto::random_secret(key_size);
    signer_ = std::make_unique<crypto::Ed25519Signer>(crypto::Ed25519Signer::generate());
    epoch_ = crypto::random_secret(key_size);
    epoch_number_ = 1;
    VEDETTE_CHECK(write_epoch(organisation_key_, epoch_number_, epoch_, layout_.keys() / "epoch.key"));
    return database_.run(
        "INSERT INTO identity VALUES (1, ?, ?, ?, ?, ?)",
        Bytes(organisation_.bytes().begin(), organisation_.bytes().end()), origin_,
        crypto::wrap_key_for(root_, as_bytes(organisation_key_purpose), organisation_key_.reveal()),
        crypto::wrap_key_for(organisation_key_, as_bytes(signing_key_purpose), signer_->seed().reveal()),
        epoch_number_);
}

Result<> KeyStore::write_epoch(const Secret& organisation_key, std::uint64_t number, const Secret& epoch,
                               const fs::path& path) const {
    ByteWriter writer;
    writer.u64(number).bytes(crypto::wrap_key_for(organisation_key, epoch_purpose(number), epoch.reveal()));
    return replace_file(path, writer.view(), 0600);
}

// After a crash in destroy() the database says which of the two files counts.
Result<> KeyStore::load_epoch() {
    const fs::path current = layout_.keys() / "epoch.key";
    const fs::path next = layout_.keys() / "epoch.key.next";
    for (const fs::path& path : {current, next}) {
        const auto bytes = read_file(path, 4096);
        if (!bytes) continue;
        ByteReader reader(*bytes);
        if (reader.u64() != epoch_number_) continue;
        auto epoch = crypto::unwrap_key_for(organisation_key_, epoch_purpose(epoch_number_), reader.rest());
        if (!epoch)
            return fail(ErrorKind::corrupt, "{} is damaged; bring it back from a backup, with keys.db",
                        path.string());
        epoch_ = std::move(*epoch);
        if (access_ == store::Access::read_only) return {};
        if (path == next) VEDETTE_CHECK(write_epoch(organisation_key_, epoch_number_, epoch_, current));
        std::error_code ignored;
        fs::remove(next, ignored);
        return {};
    }
    return fail(ErrorKind::corrupt,
                "{} does not fit keys.db: one of the two comes from another time, and recordings made before "
                "can't be opened",
                current.string());
}

Result<std::optional<KeyStore::Key>> KeyStore::find(CameraId camera, std::int32_t day) {
    if (const auto cached = cache_.find({camera, day}); cached != cache_.end()) return cached->second;
    VEDETTE_TRY(store::Statement row,
                database_.prepare("SELECT wrapped FROM day_key WHERE camera = ? AND utc_day = ?"));
    row.bind_all(ByteView(camera.bytes()), day);
    VEDETTE_TRY(const bool found, row.step());
    if (!found) return std::nullopt;
    auto unwrapped = crypto::unwrap_key_for(epoch_, day_purpose(camera, day), row.blob(0));
    if (!unwrapped) return fail(ErrorKind::corrupt, "the key of {} is damaged", day_text(day));
    Secret key = std::move(*unwrapped);
    if (cache_.size() >= max_cached_keys) cache_.clear();
    return cache_[{camera, day}] = std::make_shared<const Secret>(std::move(key));
}

Result<KeyStore::Key> KeyStore::day_key_for_writing(CameraId camera, std::int32_t day) {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(const std::optional<Key> existing, find(camera, day));
    if (existing) return *existing;
    Key key = std::make_shared<const Secret>(crypto::random_secret(key_size));
    VEDETTE_CHECK(database_.run("INSERT INTO day_key VALUES (?, ?, ?)", ByteView(camera.bytes()), day,
                                crypto::wrap_key_for(epoch_, day_purpose(camera, day), key->reveal())));
    return cache_[{camera, day}] = key;
}

Result<KeyStore::Key> KeyStore::day_key(CameraId camera, std::int32_t day) {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(const std::optional<Key> key, find(camera, day));
    if (!key) return fail(ErrorKind::not_found, "the key of {} was destroyed", day_text(day));
    return *key;
}

Result<std::vector<std::int32_t>> KeyStore::days(CameraId camera) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::int32_t> days;
    VEDETTE_TRY(store::Statement row, database_.prepare("SELECT utc_day FROM day_key WHERE camera = ?"));
    row.bind(1, ByteView(camera.bytes()));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return days;
        days.push_back(static_cast<std::int32_t>(row.int64(0)));
    }
}

Result<> KeyStore::note_deletions(const std::vector<Deletion>& deletions) {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(store::Transaction transaction, store::Transaction::begin(database_));
    for (const Deletion& deletion : deletions)
        VEDETTE_CHECK(database_.run("INSERT OR REPLACE INTO deletion VALUES (?, ?, ?)",
                                    ByteView(deletion.stream.camera.bytes()), deletion.stream.stream,
                                    deletion.before_sequence));
    return transaction.commit();
}

Result<std::vector<Deletion>> KeyStore::deletions() const {
    const std::lock_guard lock(mutex_);
    std::vector<Deletion> deletions;
    VEDETTE_TRY(store::Statement row,
                database_.prepare("SELECT camera, stream, before_sequence FROM deletion"));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return deletions;
        Uuid uuid;
        ByteReader(row.blob(0)).copy_to(uuid.bytes);
        deletions.push_back({{CameraId(uuid), static_cast<std::uint8_t>(row.int64(1))},
                             static_cast<std::uint64_t>(row.int64(2))});
    }
}

Result<> KeyStore::destroy(CameraId camera) {
    const std::lock_guard lock(mutex_);
    return renew_epoch(organisation_key_, [&] {
        return database_.run("DELETE FROM day_key WHERE camera = ?", ByteView(camera.bytes()));
    });
}

Result<> KeyStore::destroy(const std::vector<std::pair<CameraId, std::int32_t>>& days) {
    const std::lock_guard lock(mutex_);
    std::int64_t there = 0;
    for (const auto& [camera, day] : days) {
        VEDETTE_TRY(const auto count,
                    database_.query_int64("SELECT count(*) FROM day_key WHERE camera = ? AND utc_day = ?",
                                          ByteView(camera.bytes()), day));
        there += count.value_or(0);
    }
    if (there == 0) return {};
    return renew_epoch(organisation_key_, [&]() -> Result<> {
        for (const auto& [camera, day] : days)
            VEDETTE_CHECK(database_.run("DELETE FROM day_key WHERE camera = ? AND utc_day = ?",
                                        ByteView(camera.bytes()), day));
        return {};
    });
}

// The day keys that are left are wrapped anew, by a new epoch key, which `organisation_key` wraps.
Result<> KeyStore::renew_epoch(const Secret& organisation_key, const std::function<Result<>()>& within) {
    const Secret next = crypto::random_secret(key_size);
    const fs::path next_path = layout_.keys() / "epoch.key.next";
    VEDETTE_CHECK(write_epoch(organisation_key, epoch_number_ + 1, next, next_path));
    {
        VEDETTE_TRY(store::Transaction transaction, store::Transaction::begin(database_));
        VEDETTE_CHECK(within());
        struct Row {
            CameraId camera;
            std::int32_t day;
            Bytes wrapped;
        };
        std::vector<Row> rows;
        {
            VEDETTE_TRY(store::Statement row,
                        database_.prepare("SELECT camera, utc_day, wrapped FROM day_key"));
            for (;;) {
                VEDETTE_TRY(const bool found, row.step());
                if (!found) break;
                Uuid uuid;
                ByteReader(row.blob(0)).copy_to(uuid.bytes);
                const auto day = static_cast<std::int32_t>(row.int64(1));
                const Bytes purpose = day_purpose(CameraId(uuid), day);
                VEDETTE_TRY(const Secret key, crypto::unwrap_key_for(epoch_, purpose, row.blob(2)));
                rows.push_back({CameraId(uuid), day, crypto::wrap_key_for(next, purpose, key.reveal())});
            }
        }
        for (const Row& row : rows)
            VEDETTE_CHECK(database_.run("UPDATE day_key SET wrapped = ? WHERE camera = ? AND utc_day = ?",
                                        row.wrapped, ByteView(row.camera.bytes()), row.day));
        VEDETTE_CHECK(database_.run("UPDATE identity SET epoch = ?", epoch_number_ + 1));
        VEDETTE_CHECK(transaction.commit());
    }
    VEDETTE_CHECK(database_.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    epoch_ = next.duplicate();
    ++epoch_number_;
    cache_.clear();
    // From here on the new key alone counts, so the old one may be torn.
    keystore::overwrite_file(layout_.keys() / "epoch.key");
    VEDETTE_CHECK(write_epoch(organisation_key, epoch_number_, epoch_, layout_.keys() / "epoch.key"));
    std::error_code ignored;
    fs::remove(next_path, ignored);
    return sync_folder(layout_.keys());
}

}  // namespace vedette::vault
