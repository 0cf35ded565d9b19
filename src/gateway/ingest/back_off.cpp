#include "gateway/ingest/back_off.hpp"

#include <algorithm>

namespace vedette::gateway::ingest {

std::chrono::milliseconds BackOff::next(ErrorKind kind, std::uint32_t random) {
    const bool passing = kind == ErrorKind::unavailable || kind == ErrorKind::timeout ||
                         kind == ErrorKind::cancelled || kind == ErrorKind::internal;
    const auto longest = passing ? longest_unreachable : longest_refused;
    const auto wait = std::min(longest, first * (1 << std::min(failures_, 10u)));
    ++failures_;
    return wait * 3 / 4 + std::chrono::milliseconds(random % (wait.count() / 4 + 1));
}

}  // namespace vedette::gateway::ingest
