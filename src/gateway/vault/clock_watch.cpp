#include "gateway/vault/clock_watch.hpp"

#include <sys/timex.h>
#include <unistd.h>

namespace vedette::vault {

namespace {

// Between the two readings of the monotonic clock; with more, the thread was interrupted among them.
constexpr std::chrono::milliseconds longest_reading{10};
constexpr const char* timesyncd_note = "/run/systemd/timesync/synchronized";

}  // namespace

ClockTrust system_clock_trust() {
    timex request{};
    const int state = ::adjtimex(&request);
    if (state == -1)
        return ::access(timesyncd_note, F_OK) == 0 ? ClockTrust::synchronised : ClockTrust::not_known;
    const bool is_unsynchronised = state == TIME_ERROR || (request.status & STA_UNSYNC) != 0;
    return is_unsynchronised ? ClockTrust::not_synchronised : ClockTrust::synchronised;
}

ClockWatch::ClockWatch(const Clock& clock) : clock_(clock), last_(read()) {}

std::optional<ClockWatch::Reading> ClockWatch::read() const {
    const MonotonicTime before = clock_.monotonic_now();
    const UtcTime utc = clock_.utc_now();
    const MonotonicTime after = clock_.monotonic_now();
    if (after - before > longest_reading) return std::nullopt;
    return Reading{utc, before};
}

std::optional<ClockStep> ClockWatch::look() {
    const auto now = read();
    if (!now) return std::nullopt;
    const auto before = std::exchange(last_, now);
    if (!before) return std::nullopt;
    const UtcTime expected =
        before->utc + std::chrono::duration_cast<Ticks90k>(now->monotonic - before->monotonic);
    if (std::chrono::abs(now->utc - expected) < least_clock_step) return std::nullopt;
    return ClockStep{.from = expected, .to = now->utc, .noticed = StepNoticed::running};
}

}  // namespace vedette::vault
