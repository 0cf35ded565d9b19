#pragma once
// What every room of the house says about media. Pure data.

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace vedette::media {

enum class Codec : std::uint8_t { h264 = 1, aac = 2 };

/// Which of a camera's encodings of the same picture.
enum class StreamKind : std::uint8_t { main = 0, sub = 1 };

std::string_view to_string(Codec codec);
std::string_view to_string(StreamKind kind);

constexpr bool is_video(Codec codec) {
    return codec == Codec::h264;
}

/// What a decoder must know before the first access unit of a track.
struct TrackParameters {
    Codec codec = Codec::h264;
    std::uint32_t clock_rate_hz = 90'000;  ///< unit of AccessUnit::time
    Bytes decoder_config;     ///< AVCDecoderConfigurationRecord (ISO 14496-15) or AudioSpecificConfig (ISO
                              ///< 14496-3)
    std::string rfc6381;      ///< e.g. avc1.640028, mp4a.40.2
    std::uint16_t width = 0;  ///< video, in pixels, after cropping
    std::uint16_t height = 0;
    std::uint32_t sample_rate_hz = 0;  ///< audio
    std::uint8_t channels = 0;

    bool is_video() const { return media::is_video(codec); }
    friend bool operator==(const TrackParameters&, const TrackParameters&) = default;
};

/// All NAL units of one picture, or one audio frame. Reference-counted bytes, never copied per viewer.
struct AccessUnit {
    std::uint8_t track = 0;      ///< index into the stream's tracks
    bool random_access = false;  ///< decoding can start here (H.264 IDR; every audio frame)
    std::int64_t time = 0;  ///< RTP time unwrapped to 64 bit, in the track's clock rate; presentation time
    SharedBytes data;       ///< H.264: NAL units, each behind a 4-byte length; AAC: one raw_data_block
};

}  // namespace vedette::media
