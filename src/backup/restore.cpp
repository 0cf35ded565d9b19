#include "backup/restore.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/names.hpp"
#include "base/file.hpp"
#include "gateway/vault/tools.hpp"

namespace vedette::backup {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view may_be_there[] = {"media", "lock", "lost+found", unfinished_folder};

// Writes parts below a folder that did not exist before.
class Unpacker final : public Receiver {
  public:
    explicit Unpacker(fs::path folder) : folder_(std::move(folder)) {}

    Result<> folder(const Part& part) override {
        const fs::path path = folder_ / part.name;
        if (::mkdir(path.c_str(), part.mode | S_IRWXU) != 0) return fail_errno(errno, path.string());
        return {};
    }
    Result<> begin_file(const Part& part) override {
        const fs::path path = folder_ / part.name;
        VEDETTE_TRY(file_, File::open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, part.mode));
        if (::fchmod(file_.fd(), part.mode) != 0) return fail_errno(errno, path.string());
        return {};
    }
    Result<> write(ByteView bytes) override { return file_.write(bytes); }
    Result<> end_file() override {
        file_.close();
        return {};
    }

  private:
    fs::path folder_;
    File file_;
};

Result<> require_room(const fs::path& data) {
    std::error_code error;
    if (!fs::exists(data, error) && !error) return {};
    if (!error && !fs::is_directory(data))
        return fail(ErrorKind::conflict, "{} is no directory", data.string());
    for (auto it = fs::directory_iterator(data, error); !error && it != fs::directory_iterator();
         it.increment(error)) {
        const std::string name = it->path().filename().string();
        if (std::ranges::find(may_be_there, name) == std::end(may_be_there))
            return fail(
                ErrorKind::conflict,
                "{} is not empty ({} is there): a backup is restored into a new directory, or beside media/ "
                "alone",
                data.string(), name);
    }
    if (error) return fail_errno(error.value(), data.string());
    return {};
}

// The content of a finished restore takes its place. Can be cut off and repeated at any step.
Result<> move_up(const fs::path& data) {
    const fs::path finished = data / finished_folder;
    std::error_code error;
    std::vector<fs::path> paths;
    for (auto it = fs::directory_iterator(finished, error); !error && it != fs::directory_iterator();
         it.increment(error))
        paths.push_back(it->path());
    for (const fs::path& path : paths)
        if (!error) fs::rename(path, data / path.filename(), error);
    if (!error) fs::remove(finished, error);
    if (error) return fail_errno(error.value(), data.string());
    return sync_folder(data);
}

Result<Contents> unpack(const Archive& archive, const fs::path& data) {
    const fs::path unfinished = data / unfinished_folder;
    std::error_code error;
    fs::remove_all(unfinished, error);
    if (::mkdir(unfinished.c_str(), S_IRWXU) != 0) return fail_errno(errno, unfinished.string());
    Unpacker unpacker(unfinished);
    VEDETTE_TRY(Contents contents, archive.read(&unpacker));
    VEDETTE_TRY(const File folder, File::open(unfinished, O_RDONLY | O_DIRECTORY));
    if (::syncfs(folder.fd()) != 0) return fail_errno(errno, data.string());
    fs::rename(unfinished, data / finished_folder, error);  // from here on all of it counts
    if (error) return fail_errno(error.value(), data.string());
    VEDETTE_CHECK(sync_folder(data));
    VEDETTE_CHECK(move_up(data));
    return contents;
}

}  // namespace

Result<Restored> restore(const fs::path& file, const fs::path& data, keystore::Secrets& secrets) {
    VEDETTE_CHECK(require_room(data));
    VEDETTE_TRY(const Archive archive, Archive::open(file, secrets));

    VEDETTE_TRY(const bool is_new, make_private_folder(data));
    std::error_code error;
    const vault::Layout layout{data};
    const bool had_lock = fs::exists(layout.lock(), error);
    VEDETTE_TRY(const File lock, vault::lock_out_recorder(layout));
    auto contents = [&]() -> Result<Contents> {
        VEDETTE_CHECK(require_room(data));  // nobody else comes from here on
        return unpack(archive, data);
    }();
    if (!contents) {
        fs::remove_all(data / unfinished_folder, error);
        if (!had_lock) fs::remove(layout.lock(), error);
        if (is_new) fs::remove(data, error);
        return std::unexpected(contents.error());
    }
    return Restored{std::move(*contents), fs::exists(layout.home().media(), error)};
}

Result<> settle(const fs::path& data) {
    std::error_code error;
    const bool is_finished = fs::exists(data / finished_folder, error);
    if (!is_finished && !fs::exists(data / unfinished_folder, error)) return {};
    VEDETTE_TRY(const File lock, vault::lock_out_recorder(vault::Layout{data}));
    if (is_finished) return move_up(data);
    return fail(
        ErrorKind::conflict,
        "a restore into {} was cut off, and nothing of it counts: run vedette restore again, or delete {}",
        data.string(), (data / unfinished_folder).string());
}

}  // namespace vedette::backup
