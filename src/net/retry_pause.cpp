#include "net/retry_pause.hpp"

#include <algorithm>

namespace vedette::net {

std::chrono::milliseconds RetryPause::next() {
    std::uniform_int_distribution<std::int64_t> jitter(longest_.count() / 2, longest_.count());
    longest_ = std::min(longest_ * 2, last_);
    return std::chrono::milliseconds(jitter(random_));
}

}  // namespace vedette::net
