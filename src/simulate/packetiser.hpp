#pragma once
// A clip as RTP packets, made once: H.264 by RFC 6184 (packetization-mode 1), H.265 by RFC 7798, AAC by RFC
// 3640 (AAC-hbr), each behind its interleaved header (RFC 2326 section 10.12). Sequence numbers and
// timestamps are filled in later.

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "simulate/clip.hpp"

namespace vedette::simulate {

inline constexpr std::uint8_t video_payload_type = 96;
inline constexpr std::uint8_t audio_payload_type = 97;
// NAL unit types of RFC 6184: several in a packet, and a part of one.
inline constexpr std::uint8_t stap_a = 24;
inline constexpr std::uint8_t fu_a = 28;
inline constexpr std::uint8_t video_channel = 0;  ///< RTCP is on the next one
inline constexpr std::uint8_t audio_channel = 2;
/// RTP payload bytes in one packet, so that the packet would fit an Ethernet frame.
inline constexpr std::size_t max_payload_bytes = 1400;

/// The packets of one track, frame after frame, in one piece of memory.
struct PacketTable {
    Bytes wire;
    std::vector<std::uint32_t> packet_at;      ///< where each packet's interleaved header starts in wire
    std::vector<std::uint32_t> first_packet;   ///< of each frame, and one more: the number of packets
    std::vector<std::uint64_t> octets_before;  ///< RTP payload bytes before each frame, and in all
    std::vector<bool> key;                     ///< per frame

    std::size_t frames() const { return key.size(); }
    std::uint32_t packets() const { return static_cast<std::uint32_t>(packet_at.size()); }
    /// The packets of a frame as they go out.
    ByteView frame(std::size_t index) const;
};

/// `invalid_input` when the packets do not fit 32-bit offsets.
Result<PacketTable> packetise_video(const Clip& clip);
Result<PacketTable> packetise_audio(const Clip& clip);

}  // namespace vedette::simulate
