#pragma once
// For tests.

#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/test_failing_disk.hpp"

namespace vedette {

// A disk that loses power at operation n: nothing reaches it from then on, and of what was written to growing
// files and not synced, any blocks are there and any are not, as a disk that orders writes as it likes leaves
// them.
class PowerLoss : public FailingDisk {
  public:
    PowerLoss(int at, double part) : FailingDisk(at, true, {EIO, part}) {}

    void wrote(int fd, std::uint64_t offset, std::size_t size) override {
        const std::lock_guard lock(mutex_);
        auto& blocks = unsynced_[file_of(fd)];
        for (std::uint64_t block = offset / block_size; block * block_size < offset + size; ++block)
            blocks.insert(block);
    }
    void synced(int fd) override {
        const std::lock_guard lock(mutex_);
        unsynced_.erase(file_of(fd));
    }
    /// Takes from the files below `folder` what was not synced. When the program has ended, and power was
    /// lost. The number of blocks that are gone.
    std::size_t strike(const std::filesystem::path& folder, std::mt19937& random) {
        std::size_t lost = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file()) continue;
            const auto file = File::open(entry.path(), O_RDWR);
            const auto found = unsynced_.find(file_of(file->fd()));
            if (found == unsynced_.end()) continue;
            const std::array<std::byte, block_size> zeros{};
            for (const std::uint64_t block : found->second) {
                const auto at = static_cast<off_t>(block * block_size);
                if (at >= static_cast<off_t>(*file->size()) || random() % 2 == 0) continue;
                lost += ::pwrite(file->fd(), zeros.data(), zeros.size(), at) > 0 ? 1 : 0;
            }
            // The file's new length may not have been noted either.
            if (random() % 3 == 0)
                lost += ::ftruncate(file->fd(), static_cast<off_t>(*found->second.begin() * block_size)) == 0
                            ? 1
                            : 0;
        }
        return lost;
    }

  private:
    static constexpr std::size_t block_size = 4096;
    using FileId = std::pair<dev_t, ino_t>;
    static FileId file_of(int fd) {
        struct stat status = {};
        return ::fstat(fd, &status) == 0 ? FileId{status.st_dev, status.st_ino} : FileId{};
    }
    std::mutex mutex_;
    std::map<FileId, std::set<std::uint64_t>> unsynced_;
};

}  // namespace vedette
