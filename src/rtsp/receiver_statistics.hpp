#pragma once
// What a receiver tells a sender about one source (RFC 3550 section 6.4.1 and appendix A): loss and jitter.

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "rtsp/rtcp.hpp"

namespace vedette::rtsp {

/// Not thread-safe.
class ReceiverStatistics {
  public:
    explicit ReceiverStatistics(std::uint32_t clock_rate_hz) : clock_rate_hz_(clock_rate_hz) {}

    /// A packet, in the order of arrival; those that come twice or late count as well (appendix A.3).
    void on_packet(std::uint16_t sequence, std::uint32_t timestamp, MonotonicTime now);
    /// A sender report; `ntp` as in RtcpSenderReport.
    void on_sender_report(std::uint64_t ntp, MonotonicTime now);

    /// The block for the next receiver report; nullopt before the first packet. Counts the interval anew.
    std::optional<RtcpReportBlock> report(std::uint32_t ssrc, MonotonicTime now);

    std::int64_t lost() const;  ///< expected minus received; negative when packets came twice
    std::uint64_t received() const { return received_; }
    double jitter_seconds() const { return jitter_ / static_cast<double>(clock_rate_hz_); }

  private:
    std::uint64_t expected() const { return started_ ? highest_ - base_ + 1 : 0; }

    std::uint32_t clock_rate_hz_;
    bool started_ = false;
    std::uint64_t base_ = 0;
    std::uint64_t highest_ = 0;  ///< extended by cycles
    std::uint64_t received_ = 0;
    std::uint64_t expected_before_ = 0;
    std::uint64_t received_before_ = 0;
    double jitter_ = 0;  ///< in units of the clock (appendix A.8)
    std::uint32_t last_timestamp_ = 0;
    MonotonicTime last_arrival_{};
    std::optional<std::uint32_t> last_sender_report_;  ///< middle 32 bits of its NTP time
    MonotonicTime sender_report_at_{};
};

}  // namespace vedette::rtsp
