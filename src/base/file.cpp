#include "base/file.hpp"

#include <atomic>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_fault.hpp"
#include "base/lazy_file.hpp"

namespace vedette {

namespace {
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): tests set it
std::atomic<FileFaults*> file_faults = nullptr;

// Gives errno, or 0.
int write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(fd, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return errno;
        bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return 0;
}

}  // namespace

void set_file_faults(FileFaults* faults) {
    file_faults = faults;
}

std::optional<FileFault> file_fault(FileOperation operation) {
    FileFaults* const faults = file_faults.load(std::memory_order_relaxed);
    return faults == nullptr ? std::nullopt : faults->before(operation);
}

void tell_written(int fd, std::uint64_t offset, std::size_t size) {
    if (FileFaults* const faults = file_faults.load(std::memory_order_relaxed))
        faults->wrote(fd, offset, size);
}

void tell_synced(int fd) {
    if (FileFaults* const faults = file_faults.load(std::memory_order_relaxed)) faults->synced(fd);
}

Result<File> File::open(const std::filesystem::path& path, int flags, unsigned mode) {
    int fd = -1;
    do fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    while (fd < 0 && errno == EINTR);
    if (fd < 0) return fail_errno(errno, path.string());
    return File(fd);
}

void File::close() noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

Result<std::size_t> File::read_at(std::uint64_t offset, std::span<std::byte> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t got =
            ::pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail_errno(errno, "read");
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Result<std::uint64_t> File::size() const {
    struct stat status{};
    if (::fstat(fd_, &status) != 0) return fail_errno(errno, "fstat");
    return static_cast<std::uint64_t>(status.st_size);
}

Result<> File::write(ByteView bytes) const {
    if (const int error = write_all(fd_, bytes)) return fail_errno(error, "write");
    return {};
}

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit) {
    VEDETTE_TRY(const File file, File::open(path, O_RDONLY));
    VEDETTE_TRY(const std::uint64_t size, file.size());
    if (size > limit) return fail(ErrorKind::exhausted, "{} is larger than {} bytes", path.string(), limit);
    Bytes bytes(size);
    VEDETTE_TRY(const std::size_t got, file.read_at(0, bytes));
    bytes.resize(got);
    return bytes;
}

namespace {

// Gives the file, to be synced.
Result<File> write_anew(const std::filesystem::path& path, ByteView bytes, unsigned mode) {
    const auto write_fault = file_fault(FileOperation::write);
    if (write_fault && write_fault->part == 0) return fail_errno(write_fault->error, path.string());
    VEDETTE_TRY(File file, File::open(path, O_WRONLY | O_CREAT | O_TRUNC, mode));
    if (write_fault)
        bytes = bytes.first(static_cast<std::size_t>(static_cast<double>(bytes.size()) * write_fault->part));
    if (const int error = write_all(file.fd(), bytes)) return fail_errno(error, path.string());
    if (write_fault) return fail_errno(write_fault->error, path.string());
    return file;
}

}  // namespace

Result<> write_file_unsynced(const std::filesystem::path& path, ByteView bytes, unsigned mode) {
    VEDETTE_CHECK(write_anew(path, bytes, mode));
    return {};
}

Result<> write_file_synced(const std::filesystem::path& path, ByteView bytes, unsigned mode) {
    VEDETTE_TRY(const File file, write_anew(path, bytes, mode));
    if (const auto fault = file_fault(FileOperation::sync)) return fail_errno(fault->error, path.string());
    if (::fdatasync(file.fd()) != 0) return fail_errno(errno, path.string());
    return {};
}

Result<> replace_file_lazily(const std::filesystem::path& path, ByteView bytes, unsigned mode) {
    std::filesystem::path temporary = path;
    temporary += ".new";
    VEDETTE_CHECK(write_file_synced(temporary, bytes, mode));
    if (const auto fault = file_fault(FileOperation::rename)) return fail_errno(fault->error, path.string());
    if (::rename(temporary.c_str(), path.c_str()) != 0) return fail_errno(errno, path.string());
    return {};
}

Result<> replace_file(const std::filesystem::path& path, ByteView bytes, unsigned mode) {
    VEDETTE_CHECK(replace_file_lazily(path, bytes, mode));
    return sync_folder(path.parent_path());
}

Result<> remove_file(const std::filesystem::path& path) {
    if (const auto fault = file_fault(FileOperation::remove)) return fail_errno(fault->error, path.string());
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail_errno(errno, path.string());
    return {};
}

Result<> require_file(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::exists(path, error)) return {};
    if (error && error != std::errc::no_such_file_or_directory)
        return fail_errno(error.value(), path.string());
    return fail(ErrorKind::not_found, "{} is missing", path.string());
}

Result<bool> make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    const bool made = std::filesystem::create_directories(folder, error);
    if (error) return fail_errno(error.value(), folder.string());
    return made;
}

Result<bool> make_private_folder(const std::filesystem::path& folder) {
    VEDETTE_TRY(const bool made, make_folder(folder));
    std::error_code error;
    if (made) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    if (error) return fail_errno(error.value(), folder.string());
    return made;
}

Result<> sync_folder(const std::filesystem::path& folder) {
    if (const auto fault = file_fault(FileOperation::sync)) return fail_errno(fault->error, folder.string());
    VEDETTE_TRY(const File handle, File::open(folder, O_RDONLY | O_DIRECTORY));
    if (::fsync(handle.fd()) != 0) return fail_errno(errno, folder.string());
    return {};
}

}  // namespace vedette
