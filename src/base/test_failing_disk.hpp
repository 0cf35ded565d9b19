#pragma once
// For tests.

#include <atomic>
#include <cerrno>

#include "base/file_fault.hpp"

namespace vedette {

// Counts operations. At one of them the disk fails once, or stops: from then on nothing reaches it, as for a
// process that was killed there.
class FailingDisk : public FileFaults {
  public:
    FailingDisk(int at, bool stops, FileFault fault) : at_(at), stops_(stops), fault_(fault) {
        set_file_faults(this);
    }
    ~FailingDisk() override { set_file_faults(nullptr); }
    std::optional<FileFault> before(FileOperation) override {
        const int number = count_++;
        if (number == at_) return fault_;
        if (stops_ && number > at_) return FileFault{EIO, 0};
        return std::nullopt;
    }
    bool was_reached() const { return count_ > at_; }
    bool has_stopped() const { return stops_ && was_reached(); }

  private:
    const int at_;
    const bool stops_;
    const FileFault fault_;
    std::atomic<int> count_ = 0;
};

}  // namespace vedette
