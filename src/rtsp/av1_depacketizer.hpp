#pragma once
// AV1 from RTP (AOM "RTP Payload Format For AV1", section 4) to temporal units of OBUs with size fields.

#include <cstdint>
#include <optional>
#include <vector>

#include "media/av1.hpp"
#include "rtsp/depacketizer.hpp"
#include "rtsp/rtp.hpp"

namespace vedette::rtsp {

constexpr std::size_t max_obus = 4096;  ///< in one temporal unit

/// Not thread-safe; one per track. Temporal delimiters, tile lists and padding are left out.
class Av1Depacketizer {
  public:
    /// The next packet of the source in order; see H264Depacketizer::push.
    void push(const RtpPacket& packet, std::int64_t time, bool lost, std::vector<MediaEvent>& out);

  private:
    void take_elements(ByteView payload);
    void take_element(ByteView element, bool continues, bool goes_on);
    void take_obu(ByteView bytes);
    void finish(std::vector<MediaEvent>& out);

    Bytes unit_;
    Bytes part_;  ///< an OBU whose end comes in the next packet
    bool open_ = false;
    std::int64_t time_ = 0;
    std::size_t obu_count_ = 0;
    bool in_unit_ = false;
    bool damaged_ = false;
    bool has_frame_ = false;
    bool has_key_frame_ = false;
    std::optional<media::Av1Sequence> sequence_;
    std::optional<media::TrackParameters> parameters_;
    bool parameters_changed_ = false;
};

}  // namespace vedette::rtsp
