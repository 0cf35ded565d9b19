#pragma once
// AAC from RTP (RFC 3640, modes AAC-hbr and AAC-lbr): AU headers, several frames in a packet, frames in
// several packets.

#include <cstdint>
#include <vector>

#include "rtsp/depacketizer.hpp"
#include "rtsp/rtp.hpp"
#include "rtsp/sdp_formats.hpp"

namespace vedette::rtsp {

constexpr std::size_t max_aac_frame_bytes = 64 * 1024;
constexpr std::size_t max_aac_frames_in_packet = 128;

/// Not thread-safe; one per track.
class AacDepacketizer {
  public:
    /// `frame_duration`: of one frame, in units of the RTP clock.
    AacDepacketizer(const AacFormat& format, std::uint32_t frame_duration)
        : format_(format), frame_duration_(frame_duration) {}

    /// The next packet of the source in order; see H264Depacketizer::push.
    void push(const RtpPacket& packet, std::int64_t time, bool lost, std::vector<MediaEvent>& out);

  private:
    void push_frames(std::span<const std::size_t> sizes, ByteView data, std::int64_t time,
                     std::vector<MediaEvent>& out) const;
    void push_fragment(std::size_t frame_bytes, ByteView data, std::int64_t time,
                       std::vector<MediaEvent>& out);
    void drop_fragments(std::vector<MediaEvent>& out);

    AacFormat format_;
    std::uint32_t frame_duration_;
    Bytes fragments_;
    std::size_t frame_bytes_ = 0;  ///< size of the frame in fragments_, or 0
    std::int64_t time_ = 0;
    bool skipping_ = false;  ///< fragments with time_ belong to a damaged frame
};

}  // namespace vedette::rtsp
