#pragma once

#include <chrono>
#include <cstdint>

#include "base/result.hpp"

namespace vedette::gateway::ingest {

/// How long to wait before a camera is tried again: from half a second, doubling, with a quarter of jitter so
/// that the cameras of a site don't come back in step. What a retry may cure soon (network, reboot) is tried
/// at least every 2.5 s, so that recording is back within 5 s of the camera; what takes a person (wrong path,
/// unknown codec) every 30 s. A camera that is known to work needs no person: while it starts, its answers
/// may be any. Pure.
class BackOff {
  public:
    static constexpr std::chrono::milliseconds first{500};
    static constexpr std::chrono::milliseconds longest_unreachable{2'500};
    static constexpr std::chrono::milliseconds longest_refused{30'000};

    /// The wait after a failure of this kind, of an attempt that took so long: slow ones are not waited for
    /// twice. `random` is any number, new each time.
    std::chrono::milliseconds next(ErrorKind kind, std::chrono::nanoseconds attempt, std::uint32_t random);
    /// The camera has been recorded with these settings.
    void known_to_work() { known_to_work_ = true; }
    /// A session has worked for a while.
    void reset() { failures_ = 0; }

  private:
    unsigned failures_ = 0;
    bool known_to_work_ = false;
};

}  // namespace vedette::gateway::ingest
