#pragma once
// Threads that seal records while the writer's own thread seals others: a disk that is faster than one core
// encrypts and hashes is kept busy. They exist once there was enough to do for them.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace vedette::vault {

/// Used by one thread.
class SealPool {
  public:
    /// Of as many threads as the machine has cores beside the caller's, at most `most`.
    explicit SealPool(unsigned most);
    ~SealPool();  ///< waits for what is under way
    SealPool(const SealPool&) = delete;
    SealPool& operator=(const SealPool&) = delete;

    /// False when no thread is free for it: the caller does it.
    bool try_run(std::function<void()> work);

  private:
    void run(const std::stop_token& stop);

    const unsigned most_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::function<void()> next_;
    unsigned idle_ = 0;
    std::vector<std::jthread> threads_;  // last: they use the others
};

}  // namespace vedette::vault
