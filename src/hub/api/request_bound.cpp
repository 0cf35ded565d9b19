#include "hub/api/request_bound.hpp"

#include <algorithm>

namespace vedette::hub::api {

std::optional<std::chrono::seconds> RequestBound::take(UserId user, MonotonicTime now) {
    if (!buckets_.contains(user) && buckets_.size() >= limits_.entries)
        buckets_.erase(
            std::ranges::min_element(buckets_, {}, [](const auto& entry) { return entry.second.at; }));
    Bucket& bucket = buckets_.try_emplace(user, Bucket{limits_.burst, now}).first->second;
    const std::chrono::duration<double> passed = now - bucket.at;
    bucket.left = std::min(limits_.burst, bucket.left + passed.count() * limits_.each_second);
    bucket.at = now;
    if (bucket.left < 1) return std::chrono::seconds(1);
    bucket.left -= 1;
    return std::nullopt;
}

}  // namespace vedette::hub::api
