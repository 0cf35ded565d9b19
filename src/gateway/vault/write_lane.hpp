#pragma once
// One write at a time in a thread of its own: the next record is sealed while the disk takes this one.

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "gateway/vault/segment_file.hpp"

namespace vedette::vault {

/// Used by one thread.
class WriteLane {
  public:
    WriteLane();
    ~WriteLane();  ///< waits for what is under way

    /// Begins SegmentFile::append(). File and record stay as they are until wait(). Precondition: none is
    /// under way.
    void start(SegmentFile& file, ByteView record);
    /// Waits for what start() began, and gives what append() gave. Precondition: one is under way.
    Result<> wait();

  private:
    struct Job {
        SegmentFile* file;
        ByteView record;
    };
    void run(const std::stop_token& stop);

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<Job> job_;
    std::optional<Result<>> done_;
    std::jthread thread_;  // last: it uses the others
};

}  // namespace vedette::vault
