#include "rtsp/track_setup.hpp"

#include "base/hex.hpp"
#include "crypto/base64.hpp"
#include "media/aac.hpp"
#include "media/audio.hpp"
#include "media/h264.hpp"
#include "rtsp/sdp_formats.hpp"

namespace vedette::rtsp {

namespace {

/// base64 as cameras write it: padding may be missing.
std::optional<Bytes> from_loose_base64(std::string text) {
    while (text.size() % 4 != 0) text += '=';
    return crypto::from_base64(text);
}

/// The AudioSpecificConfig of the format, made up from the rtpmap when config is missing or unreadable.
Result<Bytes> audio_config(const AacFormat& format) {
    if (auto config = from_hex(format.config); config && media::parse_audio_specific_config(*config))
        return *config;
    const std::uint8_t channels = format.channels > 0 ? format.channels : std::uint8_t{1};
    return media::build_audio_specific_config({.sample_rate_hz = format.clock_rate_hz, .channels = channels});
}

TrackSetup set_up(const H264Format& format) {
    H264Depacketizer depacketizer;
    for (const std::string& set : format.sprop_parameter_sets)
        if (const auto nal = from_loose_base64(set)) depacketizer.add_parameter_set(*nal);
    TrackSetup setup{.codec = media::Codec::h264,
                     .payload_type = format.payload_type,
                     .clock_rate_hz = format.clock_rate_hz,
                     .depacketizer = {}};
    if (auto parameters = h264_parameters(depacketizer.parameter_sets())) {
        setup.parameters = *std::move(parameters);
        setup.parameters->clock_rate_hz = format.clock_rate_hz;
    }
    setup.depacketizer = std::move(depacketizer);
    return setup;
}

TrackSetup set_up(const H265Format& format) {
    H265Depacketizer depacketizer(format.decoding_order_numbers);
    for (const std::string& set : format.parameter_sets)
        if (const auto nal = from_loose_base64(set)) depacketizer.add_parameter_set(*nal);
    TrackSetup setup{.codec = media::Codec::h265,
                     .payload_type = format.payload_type,
                     .clock_rate_hz = format.clock_rate_hz,
                     .depacketizer = {},
                     .parameters = depacketizer.parameters()};
    if (setup.parameters) setup.parameters->clock_rate_hz = format.clock_rate_hz;
    setup.depacketizer = std::move(depacketizer);
    return setup;
}

/// nullopt when neither config nor rtpmap describe the audio.
std::optional<TrackSetup> set_up(const AacFormat& format) {
    const auto config_bytes = audio_config(format);
    if (!config_bytes) return std::nullopt;
    const auto config = media::parse_audio_specific_config(*config_bytes);
    auto parameters = media::aac_track_parameters(*config_bytes);
    if (!config || !parameters) return std::nullopt;
    // Where the RTP clock isn't the sample rate, a frame lasts the same time in other units.
    const std::uint64_t duration =
        config->sample_rate_hz == 0
            ? config->frame_samples
            : std::uint64_t{config->frame_samples} * format.clock_rate_hz / config->sample_rate_hz;
    parameters->clock_rate_hz = format.clock_rate_hz;
    return TrackSetup{.codec = media::Codec::aac,
                      .payload_type = format.payload_type,
                      .clock_rate_hz = format.clock_rate_hz,
                      .depacketizer = AacDepacketizer(format, static_cast<std::uint32_t>(duration)),
                      .parameters = *std::move(parameters)};
}

TrackSetup set_up(const LatmFormat& format) {
    LatmDepacketizer depacketizer(format);
    auto parameters = depacketizer.parameters();
    return {.codec = media::Codec::aac,
            .payload_type = format.payload_type,
            .clock_rate_hz = format.clock_rate_hz,
            .depacketizer = std::move(depacketizer),
            .parameters = std::move(parameters)};
}

std::optional<TrackSetup> set_up(const PlainAudioFormat& format) {
    auto parameters = format.codec == media::Codec::opus ? media::opus_track_parameters(format.channels)
                      : format.codec == media::Codec::g726
                          ? media::g726_track_parameters(format.bits_per_sample)
                          : media::pcm_track_parameters(format.codec, format.clock_rate_hz, format.channels);
    if (!parameters) return std::nullopt;
    return TrackSetup{.codec = format.codec,
                      .payload_type = format.payload_type,
                      .clock_rate_hz = format.clock_rate_hz,
                      .depacketizer = PacketDepacketizer(format),
                      .parameters = *std::move(parameters)};
}

TrackSetup set_up(media::Codec codec, const PlainFormat& format, Depacketizer depacketizer) {
    return {.codec = codec,
            .payload_type = format.payload_type,
            .clock_rate_hz = format.clock_rate_hz,
            .depacketizer = std::move(depacketizer)};
}

}  // namespace

std::optional<TrackSetup> set_up_video(const SdpMedia& media) {
    if (const auto format = h264_format(media)) return set_up(*format);
    if (const auto format = h265_format(media)) return set_up(*format);
    if (const auto format = av1_format(media)) return set_up(media::Codec::av1, *format, Av1Depacketizer{});
    if (const auto format = jpeg_format(media))
        return set_up(media::Codec::mjpeg, *format, JpegDepacketizer{});
    return std::nullopt;
}

std::optional<TrackSetup> set_up_audio(const SdpMedia& media) {
    if (const auto format = aac_format(media)) return set_up(*format);
    if (const auto format = latm_format(media)) return set_up(*format);
    if (const auto format = plain_audio_format(media)) return set_up(*format);
    return std::nullopt;
}

std::optional<TrackSetup> set_up_metadata(const SdpMedia& media) {
    const auto format = metadata_format(media);
    if (!format) return std::nullopt;
    TrackSetup setup = set_up(media::Codec::onvif_metadata, *format, MetadataDepacketizer{});
    setup.parameters = media::onvif_metadata_track();
    setup.parameters->clock_rate_hz = format->clock_rate_hz;
    return setup;
}

Result<media::TrackParameters> h264_parameters(const ParameterSets& sets) {
    const std::vector<ByteView> sps(sets.sps.begin(), sets.sps.end());
    const std::vector<ByteView> pps(sets.pps.begin(), sets.pps.end());
    return media::h264_track_parameters(sps, pps);
}

}  // namespace vedette::rtsp
