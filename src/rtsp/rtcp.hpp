#pragma once
// RTCP (RFC 3550 section 6): compound packets are read for sender reports and BYE; SR and RR are written.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace vedette::rtsp {

constexpr std::size_t max_rtcp_packets = 32;  ///< in one compound; the rest is not read

struct RtcpReportBlock {
    std::uint32_t ssrc = 0;
    std::uint8_t fraction_lost = 0;  ///< 1/256
    std::uint32_t packets_lost = 0;  ///< 24 bit
    std::uint32_t extended_highest = 0;
    std::uint32_t jitter = 0;               ///< in clock-rate units
    std::uint32_t last_sr = 0;              ///< middle 32 bits of the SR's NTP time
    std::uint32_t delay_since_last_sr = 0;  ///< 1/65536 s
    friend bool operator==(const RtcpReportBlock&, const RtcpReportBlock&) = default;
};

struct RtcpSenderReport {
    std::uint32_t ssrc = 0;
    std::uint64_t ntp = 0;  ///< 32.32 fixed point, seconds since 1900-01-01 UTC
    std::uint32_t rtp_time = 0;
    std::uint32_t packets = 0;
    std::uint32_t octets = 0;
    std::vector<RtcpReportBlock> reports{};  ///< at most 31
    friend bool operator==(const RtcpSenderReport&, const RtcpSenderReport&) = default;
};

struct RtcpReceiverReport {
    std::uint32_t ssrc = 0;
    std::vector<RtcpReportBlock> reports{};  ///< at most 31
    friend bool operator==(const RtcpReceiverReport&, const RtcpReceiverReport&) = default;
};

/// What one compound packet says.
struct RtcpCompound {
    std::vector<RtcpSenderReport> sender_reports;
    std::vector<RtcpReceiverReport> receiver_reports;
    std::string cname;                ///< of the first SDES item of that type
    std::vector<std::uint32_t> byes;  ///< SSRCs that leave
};

/// Reads what is well-formed and ignores the rest (quirk 44: cameras send broken RTCP over TCP); nullopt when
/// not even the first packet is RTCP version 2.
std::optional<RtcpCompound> parse_rtcp(ByteView bytes);

/// A sender report followed by an SDES with the CNAME (section 6.1), which is at most 255 bytes.
Bytes print_sender_report(const RtcpSenderReport& report, std::string_view cname);
Bytes print_receiver_report(const RtcpReceiverReport& report, std::string_view cname);

/// Feedback behind a report, which has to come first in a compound: a picture of `media_ssrc` was lost (RFC
/// 4585 section 6.3.1).
Bytes print_picture_loss_indication(std::uint32_t sender_ssrc, std::uint32_t media_ssrc);
/// A key frame of `media_ssrc` is wanted; `number` grows by one with each new wish (RFC 5104 section 4.3.1).
Bytes print_full_intra_request(std::uint32_t sender_ssrc, std::uint32_t media_ssrc, std::uint8_t number);

}  // namespace vedette::rtsp
