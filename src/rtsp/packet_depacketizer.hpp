#pragma once
// Audio whose packets are whole frames: G.711, L16 and G.726 (RFC 3551 section 4.5), Opus (RFC 7587).

#include <cstdint>
#include <vector>

#include "rtsp/depacketizer.hpp"
#include "rtsp/rtp.hpp"
#include "rtsp/sdp_formats.hpp"

namespace vedette::rtsp {

/// Not thread-safe; one per track.
class PacketDepacketizer {
  public:
    explicit PacketDepacketizer(const PlainAudioFormat& format) : format_(format) {}

    /// The next packet of the source in order; see H264Depacketizer::push.
    void push(const RtpPacket& packet, std::int64_t time, bool lost, std::vector<MediaEvent>& out) const;

  private:
    PlainAudioFormat format_;
};

}  // namespace vedette::rtsp
