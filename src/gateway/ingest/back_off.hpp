#pragma once

#include <chrono>
#include <cstdint>

#include "base/result.hpp"

namespace vedette::gateway::ingest {

/// How long to wait before a camera is tried again: from half a second, doubling, with a quarter of jitter so
/// that the cameras of a site don't come back in step. What a retry may cure soon (network, reboot) is tried
/// at least every 4 s, what takes a person (wrong path, unknown codec) every 30 s. Pure.
class BackOff {
  public:
    static constexpr std::chrono::milliseconds first{500};
    static constexpr std::chrono::milliseconds longest_unreachable{4'000};
    static constexpr std::chrono::milliseconds longest_refused{30'000};

    /// The wait after a failure of this kind. `random` is any number, new each time.
    std::chrono::milliseconds next(ErrorKind kind, std::uint32_t random);
    /// A session has worked for a while.
    void reset() { failures_ = 0; }

  private:
    unsigned failures_ = 0;
};

}  // namespace vedette::gateway::ingest
