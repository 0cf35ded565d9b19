#include "rtsp/receiver_statistics.hpp"

#include <algorithm>
#include <cmath>

namespace vedette::rtsp {

namespace {
/// A step further than this is a source that began anew (appendix A.1).
constexpr std::uint16_t max_step = 3000;
constexpr std::uint16_t max_misorder = 100;
}  // namespace

void ReceiverStatistics::on_packet(std::uint16_t sequence, std::uint32_t timestamp, MonotonicTime now) {
    const auto step = static_cast<std::uint16_t>(sequence - static_cast<std::uint16_t>(highest_));
    const bool backwards = step > static_cast<std::uint16_t>(-max_misorder);
    if (!started_ || (step > max_step && !backwards)) {
        started_ = true;
        base_ = highest_ = sequence;
        received_ = expected_before_ = received_before_ = 0;
        jitter_ = 0;
    } else {
        if (!backwards) highest_ += step;
        // Signed, so that a step back of the timestamp (B frames) is one.
        const double between = static_cast<double>(static_cast<std::int32_t>(timestamp - last_timestamp_));
        const double arrived =
            std::chrono::duration<double>(now - last_arrival_).count() * static_cast<double>(clock_rate_hz_);
        jitter_ += (std::abs(arrived - between) - jitter_) / 16;
    }
    ++received_;
    last_timestamp_ = timestamp;
    last_arrival_ = now;
}

void ReceiverStatistics::on_sender_report(std::uint64_t ntp, MonotonicTime now) {
    last_sender_report_ = static_cast<std::uint32_t>(ntp >> 16);
    sender_report_at_ = now;
}

std::int64_t ReceiverStatistics::lost() const {
    return static_cast<std::int64_t>(expected()) - static_cast<std::int64_t>(received_);
}

std::optional<RtcpReportBlock> ReceiverStatistics::report(std::uint32_t ssrc, MonotonicTime now) {
    if (!started_) return std::nullopt;
    constexpr std::int64_t most = 0x7fffff;
    constexpr std::int64_t least = -0x800000;
    constexpr double units_per_second = 65'536;
    RtcpReportBlock block{
        .ssrc = ssrc,
        .packets_lost = static_cast<std::uint32_t>(std::clamp(lost(), least, most)) & 0xffffff,
        .extended_highest = static_cast<std::uint32_t>(highest_),
        .jitter = static_cast<std::uint32_t>(std::clamp(jitter_, 0.0, 4e9))};
    const std::uint64_t expected_now = expected() - expected_before_;
    const std::uint64_t received_now = received_ - received_before_;
    if (expected_now > received_now)
        block.fraction_lost = static_cast<std::uint8_t>(
            std::min<std::uint64_t>(255, (expected_now - received_now) * 256 / expected_now));
    expected_before_ = expected();
    received_before_ = received_;
    if (last_sender_report_) {
        block.last_sr = *last_sender_report_;
        const double delay =
            std::chrono::duration<double>(now - sender_report_at_).count() * units_per_second;
        block.delay_since_last_sr = static_cast<std::uint32_t>(std::clamp(delay, 0.0, 4e9));
    }
    return block;
}

}  // namespace vedette::rtsp
