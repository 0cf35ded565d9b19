#pragma once
// What the depacketisers need of a media's rtpmap and fmtp lines, codec by codec.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "media/types.hpp"
#include "rtsp/sdp.hpp"

namespace vedette::rtsp {

/// What a media's chosen format needs in order to be taken apart.
struct H264Format {
    std::uint8_t payload_type = 0;
    std::uint32_t clock_rate_hz = 90'000;
    std::uint8_t packetization_mode = 0;
    std::vector<std::string> sprop_parameter_sets{};  ///< NAL units in base64, as written
};
struct H265Format {
    std::uint8_t payload_type = 0;
    std::uint32_t clock_rate_hz = 90'000;
    bool decoding_order_numbers = false;        ///< sprop-max-don-diff above 0 (RFC 7798 section 7.1)
    std::vector<std::string> parameter_sets{};  ///< of sprop-vps, -sps and -pps: NAL units in base64
};
struct AacFormat {
    std::uint8_t payload_type = 0;
    std::uint32_t clock_rate_hz = 0;  ///< never zero
    std::uint8_t channels = 0;
    std::string config{};  ///< AudioSpecificConfig in hexadecimal, as written
    std::uint8_t size_length = 13;
    std::uint8_t index_length = 3;
    std::uint8_t index_delta_length = 3;
};

/// AAC in LATM.
struct LatmFormat {
    std::uint8_t payload_type = 0;
    std::uint32_t clock_rate_hz = 0;  ///< never zero
    bool config_in_band = true;       ///< cpresent
    std::string config{};             ///< StreamMuxConfig in hexadecimal, as written
};
/// Audio whose packets are frames as they are.
struct PlainAudioFormat {
    media::Codec codec = media::Codec::pcmu;  ///< pcmu, pcma, l16, g726 or opus
    std::uint8_t payload_type = 0;
    std::uint32_t clock_rate_hz = 8'000;  ///< never zero
    std::uint8_t channels = 1;            ///< never zero
    std::uint8_t bits_per_sample = 0;     ///< of G.726's code words
    /// L16 with the low byte first; G.726 with code words from the least significant bit on.
    bool little_endian = false;
};
/// What needs no more than its payload type: JPEG, AV1, ONVIF metadata.
struct PlainFormat {
    std::uint8_t payload_type = 0;
    std::uint32_t clock_rate_hz = 90'000;
};

/// The first format of the media that is H.264 (RFC 6184).
std::optional<H264Format> h264_format(const SdpMedia& media);
/// The first format of the media that is H.265 (RFC 7798).
std::optional<H265Format> h265_format(const SdpMedia& media);
/// The first format that is mpeg4-generic in mode AAC-hbr or AAC-lbr (RFC 3640) with usable lengths.
std::optional<AacFormat> aac_format(const SdpMedia& media);

/// The first format that is MP4A-LATM (RFC 6416).
std::optional<LatmFormat> latm_format(const SdpMedia& media);
/// The first format that is G.711, L16, G.726 (RFC 3551) or Opus (RFC 7587), by name or by static payload
/// type (RFC 3551 section 6). Missing and impossible rates become the usual ones (quirk 40).
std::optional<PlainAudioFormat> plain_audio_format(const SdpMedia& media);
/// The first format that is JPEG (RFC 2435).
std::optional<PlainFormat> jpeg_format(const SdpMedia& media);
/// The first format that is AV1 (AOM "RTP Payload Format For AV1").
std::optional<PlainFormat> av1_format(const SdpMedia& media);
/// The first format that is vnd.onvif.metadata as plain XML; compressed forms are not.
std::optional<PlainFormat> metadata_format(const SdpMedia& media);

}  // namespace vedette::rtsp
