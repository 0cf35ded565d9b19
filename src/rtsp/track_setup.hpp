#pragma once
// From a media of the session description to the depacketiser that takes it apart.

#include <cstdint>
#include <optional>
#include <variant>

#include "media/types.hpp"
#include "rtsp/aac_depacketizer.hpp"
#include "rtsp/av1_depacketizer.hpp"
#include "rtsp/h264_depacketizer.hpp"
#include "rtsp/h265_depacketizer.hpp"
#include "rtsp/jpeg_depacketizer.hpp"
#include "rtsp/latm_depacketizer.hpp"
#include "rtsp/metadata_depacketizer.hpp"
#include "rtsp/packet_depacketizer.hpp"
#include "rtsp/sdp.hpp"

namespace vedette::rtsp {

using Depacketizer =
    std::variant<H264Depacketizer, H265Depacketizer, JpegDepacketizer, Av1Depacketizer, AacDepacketizer,
                 LatmDepacketizer, PacketDepacketizer, MetadataDepacketizer>;

struct TrackSetup {
    media::Codec codec = media::Codec::h264;
    std::uint8_t payload_type = 0;
    std::uint32_t clock_rate_hz = 90'000;  ///< never 0
    Depacketizer depacketizer;
    std::optional<media::TrackParameters> parameters{};  ///< when the description tells enough
};

/// The first format of a media that we can take apart; nullopt when there is none. What is wrong with it and
/// can be guessed is guessed (quirks 40, 54, 61).
std::optional<TrackSetup> set_up_video(const SdpMedia& media);
std::optional<TrackSetup> set_up_audio(const SdpMedia& media);
std::optional<TrackSetup> set_up_metadata(const SdpMedia& media);

/// What H.264 parameter sets tell; fails while they are not readable or one kind is missing.
Result<media::TrackParameters> h264_parameters(const ParameterSets& sets);

}  // namespace vedette::rtsp
