#include "keystore/key_folder.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_fault.hpp"
#include "base/hex.hpp"
#include "keystore/slot_table.hpp"

namespace vedette::keystore {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view key_file_words = "vedette root key ";
constexpr std::string_view key_file_prefix = "vedette root key 1 ";
constexpr std::size_t max_overwritten = 1u << 20;

Result<> rename_file(const fs::path& from, const fs::path& to) {
    if (const auto fault = file_fault(FileOperation::rename)) return fail_errno(fault->error, to.string());
    if (::rename(from.c_str(), to.c_str()) != 0) return fail_errno(errno, to.string());
    return sync_folder(to.parent_path());
}

bool is_missing(const fs::path& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) != 0 && errno == ENOENT;
}

Result<Secret> read_key(const fs::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno != ENOENT) return fail_errno(errno, path.string());
        return fail(ErrorKind::not_found,
                    "the root key {} is missing: without it the recordings can't be opened; bring it back "
                    "from its backup",
                    path.string());
    }
    if ((status.st_mode & 077) != 0)
        return fail(ErrorKind::forbidden,
                    "the root key {} can be read by others: check who had access, then chmod 600 it",
                    path.string());
    VEDETTE_TRY(Bytes bytes, read_file(path, 4096));
    const std::string_view text = as_text(bytes);
    std::optional<Bytes> key;
    const bool is_key_file = text.starts_with(key_file_prefix) && text.ends_with('\n');
    const bool is_newer = !is_key_file && text.starts_with(key_file_words);
    if (is_key_file) {
        const std::size_t digits = text.size() - key_file_prefix.size() - 1;
        key = from_hex(text.substr(key_file_prefix.size(), digits));
    }
    wipe(bytes);
    if (is_newer)
        return fail(ErrorKind::unsupported,
                    "{} is a root key of another version: use the newer vedette that wrote it",
                    path.string());
    if (!is_key_file) return fail(ErrorKind::corrupt, "{} is no root key", path.string());
    if (!key || key->size() != key_size) return fail(ErrorKind::corrupt, "{} is damaged", path.string());
    Secret secret(*key);
    wipe(*key);
    return secret;
}

Result<> write_key(const fs::path& path, const Secret& key) {
    std::string text = fmt::format("{}{}\n", key_file_prefix, to_hex(key.reveal()));
    auto written = replace_file(path, as_bytes(text), 0600);
    wipe(std::as_writable_bytes(std::span(text)));
    return written;
}

}  // namespace

void overwrite_file(const fs::path& path) {
    const auto file = File::open(path, O_WRONLY);
    const std::uint64_t size = file ? file->size().value_or(0) : 0;
    if (size == 0 || size > max_overwritten) return;
    const Bytes zeros(size);
    if (file_fault(FileOperation::write)) return;
    if (::pwrite(file->fd(), zeros.data(), zeros.size(), 0) == static_cast<ssize_t>(zeros.size()))
        (void)::fdatasync(file->fd());
}

Result<File> KeyFolder::lock() const {
    VEDETTE_TRY(File folder, File::open(folder_, O_RDONLY | O_DIRECTORY));
    while (::flock(folder.fd(), LOCK_EX) != 0)
        if (errno != EINTR) return fail_errno(errno, folder_.string());
    return folder;
}

bool KeyFolder::has_slots() const {
    return !is_missing(slots()) || !is_missing(next_slots());
}

// A torn `slots.next` beside a whole `slots` never counted; a torn `slots` beside a whole `slots.next` was
// being overwritten.
Result<std::optional<SlotTable>> KeyFolder::read_slots() const {
    std::optional<SlotTable> best;
    std::optional<Error> damage;
    for (const fs::path& path : {slots(), next_slots()}) {
        const auto bytes = read_file(path, max_slot_table_size);
        if (!bytes && bytes.error().kind == ErrorKind::not_found) continue;
        if (!bytes && bytes.error().kind != ErrorKind::exhausted) return std::unexpected(bytes.error());
        auto table = bytes ? SlotTable::parse(*bytes) : std::unexpected(bytes.error());
        if (table && (!best || table->generation > best->generation)) best = std::move(*table);
        if (!table && table.error().kind == ErrorKind::unsupported) return std::unexpected(table.error());
        if (!table && path == slots()) damage = table.error();
    }
    if (!best && damage)
        return fail(
            ErrorKind::corrupt,
            "{} is damaged ({}): bring it back from a copy, or use vedette keys restore with a backup",
            slots().string(), damage->message);
    return best;
}

// The file that is written to below must not be the one that counts.
Result<> KeyFolder::settle_slots() const {
    const auto generation = [](const fs::path& path) -> std::uint64_t {
        const auto bytes = read_file(path, max_slot_table_size);
        const auto table = bytes ? SlotTable::parse(*bytes) : std::unexpected(bytes.error());
        return table ? table->generation : 0;
    };
    if (generation(next_slots()) <= generation(slots())) return {};
    overwrite_file(slots());
    return rename_file(next_slots(), slots());
}

Result<> KeyFolder::write_slots(SlotTable& table) const {
    VEDETTE_CHECK(settle_slots());
    ++table.generation;
    VEDETTE_CHECK(write_file_synced(next_slots(), table.print(), 0600));
    VEDETTE_CHECK(sync_folder(folder_));  // from here on it counts
    overwrite_file(slots());
    return rename_file(next_slots(), slots());
}

// Where the key file is a link, to a medium of its own, what it leads to is meant.
fs::path KeyFolder::key_file_itself() const {
    std::error_code error;
    const fs::path link = fs::read_symlink(key_file(), error);
    if (error) return key_file();
    fs::path target = fs::weakly_canonical(folder_ / link, error);
    return error ? folder_ / link : target;
}

fs::path KeyFolder::next_key_file() const {
    fs::path next = key_file_itself();
    next += ".next";
    return next;
}

Result<Secret> KeyFolder::read_key_file() const {
    return read_key(key_file());
}

Result<> KeyFolder::write_key_file(const Secret& key) const {
    return write_key(key_file_itself(), key);
}

Result<> KeyFolder::destroy_key_file() const {
    const fs::path itself = key_file_itself();
    if (!is_missing(itself)) {
        overwrite_file(itself);
        VEDETTE_CHECK(remove_file(itself));
        VEDETTE_CHECK(sync_folder(itself.parent_path()));
    }
    VEDETTE_CHECK(remove_file(key_file()));
    return sync_folder(folder_);
}

Result<> KeyFolder::write_next_key_file(const Secret& key) const {
    return write_key(next_key_file(), key);
}

Result<Secret> KeyFolder::read_next_key_file() const {
    return read_key(next_key_file());
}

Result<> KeyFolder::adopt_next_key_file() const {
    overwrite_file(key_file_itself());
    return rename_file(next_key_file(), key_file_itself());
}

Result<> KeyFolder::drop_next_key_file() const {
    if (is_missing(next_key_file())) return {};
    overwrite_file(next_key_file());
    return remove_file(next_key_file());
}

}  // namespace vedette::keystore
