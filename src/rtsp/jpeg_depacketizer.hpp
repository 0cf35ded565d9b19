#pragma once
// JPEG from RTP (RFC 2435) to whole JPEG files.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "media/jpeg.hpp"
#include "rtsp/depacketizer.hpp"
#include "rtsp/rtp.hpp"

namespace vedette::rtsp {

/// Not thread-safe; one per track.
class JpegDepacketizer {
  public:
    /// The next packet of the source in order; see H264Depacketizer::push.
    void push(const RtpPacket& packet, std::int64_t time, bool lost, std::vector<MediaEvent>& out);

  private:
    struct Header {
        std::uint32_t offset = 0;
        std::uint8_t type = 0;
        std::uint8_t quality = 0;
        std::uint16_t width = 0;
        std::uint16_t height = 0;
        std::uint16_t restart_interval = 0;
    };
    bool begin(const Header& header, ByteReader& reader);
    std::optional<media::JpegTables> tables(std::uint8_t quality, ByteReader& reader);
    void append(ByteView data);
    void finish(std::vector<MediaEvent>& out);

    Bytes picture_;            ///< the file so far; empty between two pictures
    std::size_t data_at_ = 0;  ///< of the entropy-coded data in picture_
    std::int64_t time_ = 0;
    bool damaged_ = false;
    std::uint16_t width_ = 0;
    std::uint16_t height_ = 0;
    std::uint16_t known_width_ = 0;  ///< that the parameters were given out for
    std::uint16_t known_height_ = 0;
    std::map<std::uint8_t, media::JpegTables> kept_tables_;  ///< by Q from 128 to 254, which are sent once
    std::size_t usual_bytes_ = 0;
};

}  // namespace vedette::rtsp
