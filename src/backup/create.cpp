#include "backup/create.hpp"

#include <algorithm>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/names.hpp"
#include "backup/sealed_file.hpp"
#include "crypto/tile_log.hpp"
#include "gateway/vault/key_copy.hpp"
#include "gateway/vault/key_slots.hpp"
#include "gateway/vault/tools.hpp"
#include "keystore/provider.hpp"
#include "store/database.hpp"

namespace vedette::backup {

namespace fs = std::filesystem;

namespace {

constexpr int copy_attempts = 5;

// At the top of the data directory: recordings, what is made again from them or from nothing, and what is
// copied in a way of its own.
constexpr std::string_view left_out[] = {"media",           "index.db",      "checked",    "reserve",
                                         "alive",           "lock",          "tlog",       "keys",
                                         unfinished_folder, finished_folder, "lost+found", "vedette-probe"};

// What SQLite and unfinished writings keep beside a file.
bool is_beside_another(std::string_view name) {
    return name.ends_with("-wal") || name.ends_with("-shm") || name.ends_with("-journal") ||
           name.ends_with(".new") || name == "index.db.rebuild";
}

unsigned mode_of(const fs::path& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0600U;
}

// Everything that has to be of one moment is taken into memory; the rest is read when it is written.
struct Collection {
    struct Item {
        std::string name;
        unsigned mode = 0;
        bool is_folder = false;
        bool is_in_memory = false;
        Bytes bytes;
    };
    std::vector<Item> items;
    Bytes recordings_checkpoint;
    Bytes audit_checkpoint;
};

// A signed log goes on growing while it is copied: what is copied is one checkpoint, and the files of a log
// of its size.
struct SignedLog {
    std::string_view folder;  ///< below the data directory
    std::string_view vkey;
    bool with_vkey;  ///< it lies in the folder, and is told with it
    std::string_view name;
    std::string_view command;
};
constexpr SignedLog recordings_log{"tlog", vkey_name, true, "The log of the recordings",
                                   "vedette vault verify"};
constexpr SignedLog audit_log{audit_log_folder, "hub/audit.vkey", false, "The signed tree of the audit log",
                              "vedette audit verify"};

class Collector {
  public:
    Collector(fs::path data, std::vector<std::string>& notices) : data_(std::move(data)), notices_(notices) {}

    Result<Collection> collect() {
        const vault::Layout layout{data_};
        for (int attempt = 0; attempt < copy_attempts; ++attempt) {
            collection_ = {};
            notices_.clear();
            // Day keys that are destroyed while we copy must be gone from all of it: then it is begun anew.
            VEDETTE_TRY(const std::uint64_t epoch, vault::key_epoch(layout));
            // Before its database: rows are written first, so every entry that this signs has its row there.
            // Rows behind it are signed at the next start, as after a crash.
            collection_.audit_checkpoint = checkpoint_of(audit_log);
            VEDETTE_CHECK(walk(data_, ""));
            // The log before the keys: whatever it speaks of has its keys then. And behind the databases:
            // what they have of holds and deletions was signed.
            collection_.recordings_checkpoint = checkpoint_of(recordings_log);
            VEDETTE_TRY(vault::KeyCopy keys, vault::copy_keys(layout));
            if (keys.epoch != epoch) continue;
            add_folder(std::string(keys_folder), mode_of(layout.keys()));
            for (vault::KeyCopy::Entry& key : keys.files)
                collection_.items.push_back({fmt::format("{}/{}", keys_folder, key.name), key.mode, false,
                                             true, std::move(key.bytes)});
            return std::move(collection_);
        }
        return fail(ErrorKind::unavailable,
                    "keys of deleted recordings are being destroyed: try again later");
    }

  private:
    // Empty when there is none.
    Bytes checkpoint_of(const SignedLog& log) const {
        return read_file(data_ / log.folder / "checkpoint", crypto::max_note_size).value_or(Bytes());
    }

    void add_folder(std::string name, unsigned mode) {
        collection_.items.push_back({.name = std::move(name), .mode = mode, .is_folder = true});
    }

    Result<> walk(const fs::path& folder, const std::string& prefix) {
        std::error_code error;
        std::vector<fs::path> paths;
        for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
             it.increment(error))
            paths.push_back(it->path());
        if (error) return fail_errno(error.value(), folder.string());
        std::ranges::sort(paths);
        for (const fs::path& path : paths) {
            const std::string name = path.filename().string();
            if (prefix.empty() && std::ranges::find(left_out, name) != std::end(left_out)) continue;
            if (is_beside_another(name) || prefix + name == audit_log.folder) continue;
            VEDETTE_CHECK(add(path, prefix + name));
        }
        return {};
    }

    Result<> add(const fs::path& path, const std::string& name) {
        std::error_code error;
        const fs::file_status status = fs::status(path, error);
        if (!is_part_name(name) || (!fs::is_directory(status) && !fs::is_regular_file(status))) {
            notices_.push_back(
                fmt::format("{} is not in the backup: it is no file or has an odd name.", path.string()));
            return {};
        }
        if (fs::is_directory(status)) {
            add_folder(name, mode_of(path));
            return walk(path, name + "/");
        }
        Bytes begin(16);
        {
            VEDETTE_TRY(const File file, File::open(path, O_RDONLY));
            VEDETTE_TRY(const std::size_t got, file.read_at(0, begin));
            begin.resize(got);
        }
        Collection::Item item{.name = name, .mode = mode_of(path)};
        // What is new may still lie in the write-ahead log alone.
        if (is_database(begin) || fs::exists(path.string() + "-wal", error)) {
            VEDETTE_TRY(store::Database database, store::Database::open_snapshot(path));
            VEDETTE_TRY(item.bytes, database.copy());
            item.is_in_memory = true;
        }
        collection_.items.push_back(std::move(item));
        return {};
    }

    fs::path data_;
    std::vector<std::string>& notices_;
    Collection collection_;
};

Result<> write_file(PartWriter& writer, const fs::path& path, const Collection::Item& item) {
    VEDETTE_TRY(const File file, File::open(path, O_RDONLY));
    VEDETTE_TRY(const std::uint64_t size, file.size());
    VEDETTE_CHECK(writer.begin_file(item.name, item.mode, size));
    Bytes buffer(1 << 20);
    for (std::uint64_t at = 0; at < size;) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size - at));
        VEDETTE_TRY(const std::size_t got, file.read_at(at, std::span(buffer).first(wanted)));
        if (got == 0) break;
        VEDETTE_CHECK(writer.write(ByteView(buffer).first(got)));
        at += got;
    }
    return writer.end_file();
}

Result<std::uint64_t> signed_size(std::string_view checkpoint, std::string_view vkey) {
    VEDETTE_TRY(const auto verifier, crypto::NoteVerifier::parse_line(vkey));
    VEDETTE_TRY(const auto opened, crypto::open_checkpoint(checkpoint, verifier));
    return opened.size;
}

// Folders of parts have to be told before what lies in them.
class LogWriter {
  public:
    LogWriter(PartWriter& writer, const SignedLog& log) : writer_(writer), log_(log) {
        // What lies above the log was told before.
        fs::path folder;
        for (const fs::path& part : fs::path(log.folder).parent_path()) folders_.insert(folder /= part);
    }

    Result<> put(const fs::path& below, ByteView bytes) {
        const fs::path path = fs::path(log_.folder) / below;
        fs::path folder;
        for (const fs::path& part : path.parent_path()) {
            folder /= part;
            if (folders_.insert(folder).second) VEDETTE_CHECK(writer_.folder(folder.string(), 0750));
        }
        return writer_.file(path.string(), 0640, bytes);
    }

  private:
    PartWriter& writer_;
    const SignedLog& log_;
    std::set<fs::path> folders_;
};

Result<> write_log(PartWriter& writer, const fs::path& data, const SignedLog& log, ByteView checkpoint,
                   std::vector<std::string>& notices) {
    if (checkpoint.empty()) return {};
    LogWriter files(writer, log);
    VEDETTE_CHECK(files.put("checkpoint", checkpoint));
    std::optional<Error> unwritten;
    const auto all = [&]() -> Result<> {
        VEDETTE_TRY(const Bytes vkey, read_file(data / log.vkey, crypto::max_note_size));
        if (log.with_vkey) VEDETTE_CHECK(files.put("vkey", vkey));
        VEDETTE_TRY(const auto size, signed_size(as_text(checkpoint), as_text(vkey)));
        return crypto::TileLogReader(data / log.folder)
            .files(size, [&](const fs::path& path, ByteView bytes) {
                Result<> result = files.put(path, bytes);
                if (!result) unwritten = result.error();
                return result;
            });
    }();
    if (unwritten) return std::unexpected(*unwritten);
    if (!all)
        notices.push_back(
            fmt::format("{} is damaged, and is in the backup as far as it can be read ({}): {} says "
                        "more.",
                        log.name, all.error().message, log.command));
    return {};
}

Result<> write_parts(PartWriter& writer, const fs::path& data, const Collection& collection,
                     std::vector<std::string>& notices) {
    for (const Collection::Item& item : collection.items) {
        if (item.is_folder)
            VEDETTE_CHECK(writer.folder(item.name, item.mode));
        else if (item.is_in_memory)
            VEDETTE_CHECK(writer.file(item.name, item.mode, item.bytes));
        else
            VEDETTE_CHECK(write_file(writer, data / item.name, item));
    }
    VEDETTE_CHECK(write_log(writer, data, audit_log, collection.audit_checkpoint, notices));
    VEDETTE_CHECK(write_log(writer, data, recordings_log, collection.recordings_checkpoint, notices));
    return writer.finish();
}

// What opens the store must open it elsewhere.
void judge_slots(const vault::Layout& layout, std::vector<std::string>& notices) {
    const auto slots = vault::list_slots(layout);
    const auto is_portable = [](const vault::SlotInfo& slot) {
        return slot.kind == to_string(keystore::SlotKind::file) ||
               slot.kind == to_string(keystore::SlotKind::passphrase);
    };
    if (slots && !std::ranges::any_of(*slots, is_portable))
        notices.emplace_back(
            "This store opens by a TPM or a token alone, which another machine may not have: make a vedette "
            "keys "
            "backup as well.");
}

Result<> require_elsewhere(const fs::path& data, const fs::path& to) {
    std::error_code error;
    if (fs::exists(to, error))
        return fail(ErrorKind::conflict, "{} exists already: it is not overwritten", to.string());
    const fs::path inside = fs::weakly_canonical(to, error).lexically_relative(fs::canonical(data, error));
    if (!inside.empty() && *inside.begin() != "..")
        return fail(ErrorKind::invalid_input, "{} lies in the data directory: a backup belongs elsewhere",
                    to.string());
    return {};
}

struct Sealed {
    Header header;
    Secret key;
};

Result<Sealed> ask_for_key(keystore::Secrets& secrets, const crypto::PasswordCost& cost, UtcTime now) {
    const keystore::Environment environment{keystore::KeyFolder(""), &secrets};
    VEDETTE_TRY(const Secret passphrase,
                keystore::ask_new_passphrase(environment, "New passphrase of the backup",
                                             "vedette.backup-passphrase"));
    Sealed sealed;
    sealed.header.made_at = now;
    sealed.header.stretching = keystore::Stretching::with_new_salt(cost);
    VEDETTE_TRY(sealed.key, sealed.header.stretching.stretch(passphrase));
    sealed.header.seal(sealed.key);
    return sealed;
}

}  // namespace

Result<Created> create(const fs::path& data, const fs::path& to, keystore::Secrets& secrets,
                       const crypto::PasswordCost& cost) {
    const vault::Layout layout{data};
    VEDETTE_CHECK(vault::require_vault(layout));
    VEDETTE_CHECK(require_elsewhere(data, to));
    VEDETTE_TRY(Sealed sealed, ask_for_key(secrets, cost, SystemClock().utc_now()));

    Created created;
    fs::path unfinished = to;
    unfinished += ".new";
    const auto write = [&]() -> Result<> {
        VEDETTE_TRY(const File file, File::open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600));
        VEDETTE_TRY(const Collection collection, Collector(data, created.notices).collect());
        VEDETTE_CHECK(file.write(sealed.header.print()));
        SealedWriter writer(file, sealed.key, sealed.header.print());
        PartWriter parts([&](ByteView bytes) { return writer.write(bytes); });
        VEDETTE_CHECK(write_parts(parts, data, collection, created.notices));
        VEDETTE_CHECK(writer.finish());
        if (::fsync(file.fd()) != 0) return fail_errno(errno, unfinished.string());
        return {};
    };
    const auto finish = [&]() -> Result<> {
        VEDETTE_CHECK(write());
        // What counts is what a reader gets.
        VEDETTE_TRY(const Archive archive, Archive::open(unfinished, sealed.key.duplicate()));
        VEDETTE_TRY(created.contents, archive.read());
        if (::rename(unfinished.c_str(), to.c_str()) != 0) return fail_errno(errno, to.string());
        return sync_folder(fs::absolute(to).parent_path());
    };
    const auto finished = finish();
    std::error_code ignored;
    fs::remove(unfinished, ignored);
    VEDETTE_CHECK(finished);
    judge_slots(layout, created.notices);
    return created;
}

}  // namespace vedette::backup
