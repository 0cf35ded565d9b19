#pragma once
// Where tests make the disk fail. Everything that changes files in a way that must survive a crash asks here
// first; nothing but a test ever answers.

#include <cstddef>
#include <cstdint>
#include <optional>

namespace vedette {

enum class FileOperation { write, sync, truncate, rename, remove, database };

struct FileFault {
    int error;        ///< errno of the failure
    double part = 0;  ///< how much of a write reaches the file before it fails, 0 to 1
};

class FileFaults {
  public:
    virtual ~FileFaults() = default;
    /// Called from any thread before each operation; nullopt lets it go ahead.
    virtual std::optional<FileFault> before(FileOperation operation) = 0;
    /// After a piece of a file that grows was written, and after such a file was synced: what lies between is
    /// what a loss of power takes, in any order.
    virtual void wrote(int /*fd*/, std::uint64_t /*offset*/, std::size_t /*size*/) {}
    virtual void synced(int /*fd*/) {}
};

/// For tests; null ends it. `faults` must outlive every operation that may ask it.
void set_file_faults(FileFaults* faults);

std::optional<FileFault> file_fault(FileOperation operation);
void tell_written(int fd, std::uint64_t offset, std::size_t size);
void tell_synced(int fd);

}  // namespace vedette
