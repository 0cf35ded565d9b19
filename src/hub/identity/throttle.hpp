#pragma once
// How guessing is slowed down: a token bucket per address, and a delay per account that doubles with each
// failure. No account is ever locked by its name alone: an address that has signed in to the account before
// is judged by its own failures. State is in memory; a restart forgets it.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace vedette::hub::identity {

struct ThrottleLimits {
    double attempts_burst = 20;  ///< per address
    std::chrono::seconds attempt_refill{3};
    unsigned free_failures = 3;  ///< per account, before the first delay
    std::chrono::seconds first_delay{1};
    std::chrono::seconds longest_delay{60};
    std::chrono::seconds forget_after{15 * 60};  ///< without another attempt
    std::size_t entries = 20'000;                ///< per table; the longest unused goes first
};

/// The part of an address that one subscriber holds: IPv4 whole, IPv6 its /64.
std::string network_of(std::string_view address);

/// Use from one thread.
class Throttle {
  public:
    explicit Throttle(ThrottleLimits limits = {}) : limits_(limits) {}
    /// They hold for failures from now on.
    void set_limits(ThrottleLimits limits) { limits_ = limits; }

    /// Begins an attempt, which counts as failed until succeeded(): parallel guesses gain nothing. Returns
    /// how long to wait when it may not be made now.
    std::optional<std::chrono::seconds> begin(std::string_view account, std::string_view address,
                                              MonotonicTime now);
    /// The same for what names no account.
    std::optional<std::chrono::seconds> begin(std::string_view address, MonotonicTime now) {
        return take_token(network_of(address), now);
    }
    void succeeded(std::string_view account, std::string_view address, MonotonicTime now);

  private:
    struct Bucket {
        double tokens = 0;
        MonotonicTime at;
    };
    struct Failures {
        unsigned count = 0;
        MonotonicTime not_before;
        MonotonicTime at;
    };

    std::optional<std::chrono::seconds> take_token(const std::string& network, MonotonicTime now);
    std::string account_key(std::string_view account, const std::string& network) const;

    ThrottleLimits limits_;
    std::map<std::string, Bucket> buckets_;       // by network
    std::map<std::string, Failures> failures_;    // by account, or by account and network where it is known
    std::map<std::string, MonotonicTime> known_;  // account and network that have signed in
};

}  // namespace vedette::hub::identity
