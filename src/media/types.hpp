#pragma once
// What every room of the house says about media. Pure data.

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace vedette::media {

enum class Codec : std::uint8_t {
    h264 = 1,
    aac = 2,
    h265 = 3,
    mjpeg = 4,
    av1 = 5,
    opus = 6,
    pcmu = 7,   ///< G.711 mu-law
    pcma = 8,   ///< G.711 A-law
    l16 = 9,    ///< 16-bit linear PCM, big-endian
    g726 = 10,  ///< code words packed from the most significant bit on
    onvif_metadata = 11,
};

enum class MediaKind : std::uint8_t { video, audio, metadata };

/// Which of a camera's encodings of the same picture.
enum class StreamKind : std::uint8_t { main = 0, sub = 1 };

std::string_view to_string(Codec codec);
std::string_view to_string(StreamKind kind);

constexpr MediaKind kind_of(Codec codec) {
    switch (codec) {
        case Codec::h264:
        case Codec::h265:
        case Codec::mjpeg:
        case Codec::av1:
            return MediaKind::video;
        case Codec::onvif_metadata:
            return MediaKind::metadata;
        default:
            return MediaKind::audio;
    }
}

constexpr bool is_video(Codec codec) {
    return kind_of(codec) == MediaKind::video;
}

/// Media Source Extensions of today's browsers know it, where they have a decoder. Others are recorded and
/// exported, and left out of what viewers get.
constexpr bool plays_in_browsers(Codec codec) {
    return codec == Codec::h264 || codec == Codec::h265 || codec == Codec::av1 || codec == Codec::aac ||
           codec == Codec::opus;
}

/// What a decoder must know before the first access unit of a track.
struct TrackParameters {
    Codec codec = Codec::h264;
    std::uint32_t clock_rate_hz = 90'000;  ///< unit of AccessUnit::time
    /// The record of the codec's binding to ISO base media files: avcC or hvcC (ISO 14496-15), av1C,
    /// AudioSpecificConfig (ISO 14496-3), dOps. Empty where there is none: MJPEG, G.711, L16, G.726,
    /// metadata.
    Bytes decoder_config;
    std::string rfc6381;      ///< e.g. avc1.640028, hvc1.1.6.L93.90, mp4a.40.2
    std::uint16_t width = 0;  ///< video, in pixels, after cropping
    std::uint16_t height = 0;
    std::uint32_t sample_rate_hz = 0;  ///< audio
    std::uint8_t channels = 0;
    std::uint8_t bits_per_sample = 0;  ///< of G.726's code words: 2 to 5; else 0
    /// Video: how many pictures may precede one in decoding order and follow it in output order. 0 also when
    /// the parameter sets do not say.
    std::uint8_t reorder_depth = 0;

    bool is_video() const { return media::is_video(codec); }
    MediaKind kind() const { return kind_of(codec); }
    friend bool operator==(const TrackParameters&, const TrackParameters&) = default;
};

/// ONVIF metadata (ONVIF Streaming Specification, 5.2.1): XML, in the video's clock.
TrackParameters onvif_metadata_track();

/// All NAL units of one picture, or one audio frame. Reference-counted bytes, never copied per viewer.
struct AccessUnit {
    std::uint8_t track = 0;        ///< index into the stream's tracks
    bool random_access = false;    ///< decoding can start here (H.264 IDR; every audio frame)
    bool skipped_leading = false;  ///< can't be decoded when decoding started at the last random-access point
    /// RTP time unwrapped to 64 bit, in the track's clock rate: when it is decoded. Grows from unit to unit.
    std::int64_t time = 0;
    std::int32_t presentation_offset = 0;  ///< added to `time` it is the RTP time: not 0 with B-frames only
    /// H.264, H.265: NAL units, each behind a 4-byte length; AV1: OBUs with their sizes; AAC: one
    /// raw_data_block; MJPEG: one JPEG file; others: the payload.
    SharedBytes data;
};

}  // namespace vedette::media
