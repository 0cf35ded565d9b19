#pragma once
// What touches one disk does so in a thread of its own, one operation after another: a disk that hangs holds
// that thread up, and nobody else.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result.hpp"

namespace vedette::vault {

inline constexpr std::chrono::milliseconds forever = std::chrono::hours(24 * 365);

/// An operation that was given to a DiskThread; it reads the result.
class DiskOperation {
  private:
    friend class DiskThread;
    std::function<Result<>()> work_;
    std::optional<Result<>> done_;
};

/// All member functions are thread-safe.
class DiskThread {
  public:
    using Steady = std::chrono::steady_clock;

    /// A disk that does not finish a step of an operation within `hang_limit` hangs; 0: none ever does.
    explicit DiskThread(std::chrono::milliseconds hang_limit);
    /// Waits for what was begun, however long the disk takes.
    ~DiskThread();
    DiskThread(const DiskThread&) = delete;
    DiskThread& operator=(const DiskThread&) = delete;

    /// `work` goes on when nobody waits for it any more: it owns what it uses, or that outlives the thread.
    std::shared_ptr<DiskOperation> start(std::function<Result<>()> work);
    /// Called by `work` between two steps: the disk has answered.
    void note_progress();
    /// The operation's result; nullopt once the disk hangs, also over an operation before it, or when
    /// `patience` is over.
    std::optional<Result<>> wait(const DiskOperation& operation,
                                 std::chrono::milliseconds patience = forever) const;
    bool is_done(const DiskOperation& operation) const;
    /// An operation is under way that the disk has not answered within the limit.
    bool hangs() const { return is_late(hang_limit_); }
    /// The same within `limit`.
    bool is_late(std::chrono::milliseconds limit) const;

  private:
    void run(const std::stop_token& stop);

    const std::chrono::milliseconds hang_limit_;
    std::atomic<Steady::rep> asked_at_ = 0;  ///< 0: nothing is asked of the disk
    mutable std::mutex mutex_;
    mutable std::condition_variable_any changed_;
    std::deque<std::shared_ptr<DiskOperation>> waiting_;
    std::jthread thread_;  // last: it uses the others
};

}  // namespace vedette::vault
