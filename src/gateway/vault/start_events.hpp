#pragma once
// What a start has to state of itself, by what the process before has left.

#include "gateway/vault/recovery.hpp"
#include "gateway/vault/sign_of_life.hpp"

namespace vedette::vault {

struct StartFacts {
    std::optional<SignOfLife> before;  ///< none: nothing is known of a process before
    Index::EventTotals known;
    const Recovered* recovered = nullptr;
    std::uint64_t run = 0;  ///< for the start
    UtcTime now;
    ClockTrust clock = ClockTrust::not_known;
    std::string version;
};

/// A step of the clock, where it was set back while nothing ran, and the start. Pure.
std::vector<RecorderEvent> events_of_start(const StartFacts& facts);

}  // namespace vedette::vault
