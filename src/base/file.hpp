#pragma once
// Files as the rest of us need them: an owned descriptor, whole-file reading, and writing that survives a
// crash. All of it blocks.

#include <cstdint>
#include <filesystem>
#include <utility>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace vedette {

/// Owns a file descriptor.
class File {
  public:
    File() = default;
    explicit File(int fd) : fd_(fd) {}
    ~File() { close(); }
    File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    File& operator=(File&& other) noexcept {
        if (this != &other) {
            close();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }

    /// open(2) with O_CLOEXEC added; `mode` counts when the file is created.
    static Result<File> open(const std::filesystem::path& path, int flags, unsigned mode = 0600);

    int fd() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }
    /// The caller closes it.
    int release() { return std::exchange(fd_, -1); }
    void close() noexcept;
    /// Fills as much of `out` as the file has from `offset`; the number of bytes read.
    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const;
    Result<std::uint64_t> size() const;
    /// All of `bytes`, where the last write ended.
    Result<> write(ByteView bytes) const;

  private:
    int fd_ = -1;
};

/// The whole file; exhausted when it is larger than `limit`.
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit);

/// Creates or overwrites `path` and syncs it; after a crash it may hold any part of the bytes.
Result<> write_file_synced(const std::filesystem::path& path, ByteView bytes, unsigned mode = 0600);

/// Replaces `path` by way of a temporary file beside it: after a crash either the old or the new content is
/// there, whole.
Result<> replace_file(const std::filesystem::path& path, ByteView bytes, unsigned mode = 0600);

/// One that is missing is removed.
Result<> remove_file(const std::filesystem::path& path);

/// not_found, "... is missing", where there is none.
Result<> require_file(const std::filesystem::path& path);

/// Makes the folder, with all that it lies in. True when it was missing.
Result<bool> make_folder(const std::filesystem::path& folder);

/// The same; one that was missing is for its owner alone.
Result<bool> make_private_folder(const std::filesystem::path& folder);

/// Makes new names, renames and removals in the folder durable.
Result<> sync_folder(const std::filesystem::path& folder);

}  // namespace vedette
