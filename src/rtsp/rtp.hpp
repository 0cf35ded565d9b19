#pragma once
// The RTP fixed header (RFC 3550 section 5.1) and what is kept per source: sequence and timestamp.

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace vedette::rtsp {

constexpr std::size_t rtp_header_bytes = 12;

struct RtpPacket {
    bool marker = false;
    std::uint8_t payload_type = 0;  ///< 0 to 127
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t ssrc = 0;
    ByteView payload{};                   ///< a view into the parsed bytes, without padding
    std::uint16_t extension_profile = 0;  ///< of the header extension (section 5.3.1)
    ByteView extension{};                 ///< its content; empty without one
};

/// nullopt when it is not RTP version 2, or its extension or padding does not fit. CSRCs are skipped.
std::optional<RtpPacket> parse_rtp(ByteView bytes);

/// The fixed header for packet.payload, which follows it on the wire.
std::array<std::byte, rtp_header_bytes> rtp_header(const RtpPacket& packet);

/// Follows the sequence numbers of one source over an ordered transport: counts what is missing, refuses
/// what comes twice or late.
class SequenceTracker {
  public:
    struct Verdict {
        bool accept = true;      ///< false: a duplicate, or older than the last one
        std::uint32_t lost = 0;  ///< packets missing before this one
    };
    Verdict on_packet(std::uint16_t sequence);

    std::uint64_t received() const { return received_; }
    std::uint64_t lost() const { return lost_; }
    /// Extended highest sequence number (RFC 3550 appendix A.3).
    std::uint32_t extended_highest() const { return cycles_ << 16 | last_; }

  private:
    bool started_ = false;
    std::uint16_t last_ = 0;
    std::uint32_t cycles_ = 0;
    std::uint32_t late_in_a_row_ = 0;
    std::uint64_t received_ = 0;
    std::uint64_t lost_ = 0;
};

/// 32-bit RTP timestamps as a continuous 64-bit time that starts at the first one; steps backwards up to half
/// of the range give smaller times.
class TimestampUnwrapper {
  public:
    /// The timestamp's place; becomes the new reference.
    std::int64_t unwrap(std::uint32_t timestamp);
    /// The same without moving the reference, for RTCP; before the first packet as if it were the first.
    std::int64_t peek(std::uint32_t timestamp) const;

  private:
    bool started_ = false;
    std::int64_t last_ = 0;
};

}  // namespace vedette::rtsp
