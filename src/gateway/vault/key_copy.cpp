#include "gateway/vault/key_copy.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "keystore/key_folder.hpp"
#include "store/database.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_key_file_size = 1 << 20;
constexpr int copy_attempts = 10;

// keys.db and its epoch key change together, though not at one moment.
bool is_apart(const std::string& name) {
    return name.starts_with("keys.db") || name.starts_with("epoch.key") || name.ends_with(".new");
}

Result<store::Database> open_at_one_moment(const Layout& layout) {
    VEDETTE_CHECK(require_file(layout.keys() / "keys.db"));
    return store::Database::open_snapshot(layout.keys() / "keys.db");
}

Result<std::uint64_t> epoch_in(store::Database& database) {
    VEDETTE_TRY(const auto epoch, database.query_int64("SELECT epoch FROM identity"));
    if (!epoch) return fail(ErrorKind::corrupt, "{} is empty", database.path().string());
    return static_cast<std::uint64_t>(*epoch);
}

}  // namespace

Result<std::uint64_t> key_epoch(const Layout& layout) {
    VEDETTE_TRY(store::Database database, open_at_one_moment(layout));
    return epoch_in(database);
}

Result<KeyCopy> copy_keys(const Layout& layout) {
    VEDETTE_TRY(const File lock, keystore::KeyFolder(layout.keys()).lock());
    KeyCopy copy;
    std::error_code error;
    for (const auto& file : fs::directory_iterator(layout.keys(), error)) {
        const std::string name = file.path().filename().string();
        std::error_code ignored;
        if (is_apart(name) || !file.is_regular_file(ignored)) continue;
        VEDETTE_TRY(Bytes bytes, read_file(file.path(), max_key_file_size));
        copy.files.push_back({name, std::move(bytes)});
    }
    if (error) return fail_errno(error.value(), layout.keys().string());
    for (int attempt = 0; attempt < copy_attempts; ++attempt) {
        // The files first: the database then says which of them counts, or that it is already another.
        const auto current = read_file(layout.keys() / "epoch.key", max_key_file_size);
        const auto next = read_file(layout.keys() / "epoch.key.next", max_key_file_size);
        VEDETTE_TRY(store::Database database, open_at_one_moment(layout));
        VEDETTE_TRY(copy.epoch, epoch_in(database));
        for (const auto* bytes : {&current, &next}) {
            if (!*bytes || ByteReader(**bytes).u64() != copy.epoch) continue;
            VEDETTE_TRY(Bytes keys, database.copy());
            copy.files.push_back({"epoch.key", **bytes});
            copy.files.push_back({"keys.db", std::move(keys), 0640});
            return copy;
        }
    }
    return fail(ErrorKind::unavailable, "{} does not fit keys.db, or keys are being destroyed just now",
                (layout.keys() / "epoch.key").string());
}

}  // namespace vedette::vault
