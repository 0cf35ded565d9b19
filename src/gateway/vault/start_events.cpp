#include "gateway/vault/start_events.hpp"

#include <algorithm>

namespace vedette::vault {

namespace {

// A clock that is a little behind after a start was slewed, or is another reading of it.
constexpr Ticks90k least_step_back = std::chrono::seconds(1);

RecorderStart start_of(const StartFacts& facts) {
    RecorderStart start{.number = facts.known.last_number + 1,
                        .run = facts.run,
                        .at = facts.now,
                        .idle_since = facts.now,
                        .clock = facts.clock,
                        .version = facts.version.substr(0, max_version_text)};
    if (!facts.before) return start;
    const Recovered& recovered = *facts.recovered;
    const bool is_cut = facts.before->is_running || recovered.cut_files > 0 || recovered.signed_records > 0;
    start.before = is_cut ? EndBefore::cut_off : EndBefore::orderly;
    start.idle_since = std::min(facts.before->at, facts.now);
    // What was recorded last is younger than the last sign of life, after a crash.
    for (const auto& [stream, position] : recovered.positions)
        if (position.last_end && *position.last_end <= facts.now)
            start.idle_since = std::max(start.idle_since, *position.last_end);
    return start;
}

}  // namespace

std::vector<RecorderEvent> events_of_start(const StartFacts& facts) {
    std::vector<RecorderEvent> events;
    UtcTime last = facts.known.last_time.value_or(facts.now);
    if (facts.before) last = std::max(last, facts.before->at);
    if (last - facts.now >= least_step_back)
        events.push_back(
            ClockStep{.from = last, .to = facts.now, .noticed = StepNoticed::at_start, .clock = facts.clock});
    events.push_back(start_of(facts));
    return events;
}

}  // namespace vedette::vault
