#include "gateway/ingest/back_off.hpp"

#include <algorithm>

namespace vedette::gateway::ingest {

std::chrono::milliseconds BackOff::next(ErrorKind kind, std::chrono::nanoseconds attempt,
                                        std::uint32_t random) {
    const bool passing = known_to_work_ || kind == ErrorKind::unavailable || kind == ErrorKind::timeout ||
                         kind == ErrorKind::cancelled || kind == ErrorKind::internal;
    const auto longest = passing ? longest_unreachable : longest_refused;
    const auto wait = std::min(longest, first * (1 << std::min(failures_, 10u)));
    ++failures_;
    const auto jittered = wait * 3 / 4 + std::chrono::milliseconds(random % (wait.count() / 4 + 1));
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(attempt);
    return std::max(std::min(jittered, first), jittered - spent);
}

}  // namespace vedette::gateway::ingest
