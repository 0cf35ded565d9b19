#pragma once

#include <chrono>
#include <random>

namespace vedette::net {

/// How long to wait before another server is tried again: from `first`, doubling to `last`. Each wait is
/// between half of that and all, so that many that lost the same server do not come back together.
class RetryPause {
  public:
    RetryPause(std::chrono::milliseconds first, std::chrono::milliseconds last)
        : first_(first), last_(last), longest_(first) {}

    /// The wait after one more failure.
    std::chrono::milliseconds next();
    /// It worked.
    void reset() { longest_ = first_; }

  private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds last_;
    std::chrono::milliseconds longest_;  ///< of the next wait
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace vedette::net
