#pragma once
// Bit rot is found by reading. A thread of its own verifies all recordings, again and again, slowly.

#include <functional>
#include <thread>

#include "gateway/vault/verify.hpp"

namespace vedette::vault {

struct ScrubStatus {
    std::optional<UtcTime> finished;  ///< when everything was read last
    /// What the last whole pass found, and the one that goes on: sentences for the operator, at most
    /// max_damage.
    std::vector<std::string> damage;
    friend bool operator==(const ScrubStatus&, const ScrubStatus&) = default;
};

inline constexpr std::size_t max_damage = 20;

struct ScrubOptions {
    /// From the end of a pass to the begin of the next; a start does not begin it anew.
    std::chrono::seconds interval = std::chrono::days(7);
    /// Not right after a start, when there is enough to do.
    std::chrono::seconds first_delay = std::chrono::minutes(10);
    /// Of the time of one thread, reading and hashing included: 1 to 100.
    unsigned percent = 10;
    /// From the scrubber's thread, at once with what is known from before, then whenever it changes.
    std::function<void(const ScrubStatus& status)> on_status;
};

/// What is known is kept in the file `checked`, over a restart.
class Scrubber {
  public:
    /// `clock` outlives it. Works beside a recorder, asks nobody for a key.
    Scrubber(Layout layout, const Clock& clock, ScrubOptions options);
    /// Waits for the record that is being read.
    ~Scrubber();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
    std::jthread thread_;
};

}  // namespace vedette::vault
