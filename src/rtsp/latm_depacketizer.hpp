#pragma once
// AAC in LATM from RTP (RFC 6416 section 6): AudioMuxElements, one or several packets each.

#include <cstdint>
#include <optional>
#include <vector>

#include "media/latm.hpp"
#include "rtsp/depacketizer.hpp"
#include "rtsp/rtp.hpp"
#include "rtsp/sdp_formats.hpp"

namespace vedette::rtsp {

/// Not thread-safe; one per track.
class LatmDepacketizer {
  public:
    explicit LatmDepacketizer(const LatmFormat& format);

    /// Of the configuration in force; nullopt before there is one.
    std::optional<media::TrackParameters> parameters() const;

    /// The next packet of the source in order; see H264Depacketizer::push.
    void push(const RtpPacket& packet, std::int64_t time, bool lost, std::vector<MediaEvent>& out);

  private:
    void finish(std::vector<MediaEvent>& out);
    std::int64_t frame_duration() const;

    std::uint32_t clock_rate_hz_;
    bool config_in_band_;
    std::optional<media::LatmConfig> config_;
    Bytes element_;
    std::int64_t time_ = 0;
    bool damaged_ = false;
};

}  // namespace vedette::rtsp
