#pragma once
// How fast one user may ask: a bucket for each, whatever he asks by (sessions and API tokens together). What
// is asked before anybody is signed in is held back elsewhere (identity/throttle.hpp).

#include <chrono>
#include <map>
#include <optional>

#include "base/time.hpp"
#include "hub/policy/policy.hpp"

namespace vedette::hub::api {

struct RequestLimits {
    double burst = 2'000;          ///< requests at once
    double each_second = 100;      ///< come back to the bucket
    std::size_t entries = 10'000;  ///< users; the longest unused goes first
};

/// Use from one thread.
class RequestBound {
  public:
    explicit RequestBound(RequestLimits limits = {}) : limits_(limits) {}

    /// Counts one request. How long to wait where it may not be made now.
    std::optional<std::chrono::seconds> take(UserId user, MonotonicTime now);

  private:
    struct Bucket {
        double left = 0;
        MonotonicTime at;
    };

    RequestLimits limits_;
    std::map<UserId, Bucket> buckets_;
};

}  // namespace vedette::hub::api
