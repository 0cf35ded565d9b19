#include "media/aac.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "media/bit_reader.hpp"

namespace vedette::media {
namespace {

constexpr auto sample_rates = std::to_array<std::uint32_t>(
    {96'000, 88'200, 64'000, 48'000, 44'100, 32'000, 24'000, 22'050, 16'000, 12'000, 11'025, 8'000, 7'350});
constexpr std::uint32_t explicit_rate_index = 15;
constexpr std::uint32_t min_sample_rate = 4'000;
constexpr std::uint32_t max_sample_rate = 192'000;

/// channelConfiguration 1..7 to channels (1.6.3.5); 0 is "in a program config element".
constexpr std::array<std::uint8_t, 8> channel_counts{0, 1, 2, 3, 4, 5, 6, 8};

std::uint32_t read_object_type(BitReader& in) {
    constexpr std::uint32_t escape = 31;
    const std::uint32_t type = in.bits(5);
    return type == escape ? 32 + in.bits(6) : type;
}

/// 0 when the index is reserved.
std::uint32_t read_sample_rate(BitReader& in) {
    const std::uint32_t index = in.bits(4);
    if (index == explicit_rate_index) return in.bits(24);
    return index < sample_rates.size() ? sample_rates[index] : 0;
}

}  // namespace

Result<AudioSpecificConfig> parse_audio_specific_config(ByteView config) {
    constexpr std::uint32_t object_sbr = 5;
    constexpr std::uint32_t object_ps = 29;
    if (config.size() > max_audio_config_bytes)
        return fail(ErrorKind::corrupt, "AudioSpecificConfig of {} bytes, at most {} are allowed",
                    config.size(), max_audio_config_bytes);
    BitReader in(config);
    AudioSpecificConfig out;
    std::uint32_t object_type = read_object_type(in);
    out.sample_rate_hz = read_sample_rate(in);
    const std::uint32_t channel_configuration = in.bits(4);
    if (object_type == object_sbr || object_type == object_ps) {
        out.sbr = true;
        read_sample_rate(in);  // of the output; the core's rate came first
        object_type = read_object_type(in);
    }
    const bool short_frames = in.flag();  // frameLengthFlag of GASpecificConfig
    if (in.failed()) return fail(ErrorKind::corrupt, "AudioSpecificConfig ends too early");
    if (object_type < 1 || object_type > 4)
        return fail(ErrorKind::unsupported, "MPEG-4 audio object type {} is not supported, only AAC is",
                    object_type);
    if (out.sample_rate_hz < min_sample_rate || out.sample_rate_hz > max_sample_rate)
        return fail(ErrorKind::corrupt, "AudioSpecificConfig with an impossible sample rate");
    if (channel_configuration == 0 || channel_configuration >= channel_counts.size())
        return fail(ErrorKind::unsupported, "AAC channel configuration {} is not supported",
                    channel_configuration);
    out.object_type = static_cast<std::uint8_t>(object_type);
    out.channels = channel_counts[channel_configuration];
    out.frame_samples = short_frames ? 960 : 1024;
    return out;
}

Result<Bytes> build_audio_specific_config(const AudioSpecificConfig& config) {
    const auto rate = std::ranges::find(sample_rates, config.sample_rate_hz);
    const auto channels = std::find(channel_counts.begin() + 1, channel_counts.end(), config.channels);
    if (config.object_type < 1 || config.object_type > 4 || rate == sample_rates.end() ||
        channels == channel_counts.end())
        return fail(ErrorKind::invalid_input, "no AudioSpecificConfig for AAC {} of {} Hz, {} channels",
                    config.object_type, config.sample_rate_hz, config.channels);
    const auto bits = static_cast<std::uint16_t>(
        config.object_type << 11 | (rate - sample_rates.begin()) << 7 |
        (channels - channel_counts.begin()) << 3 | (config.frame_samples == 960 ? 1 << 2 : 0));
    ByteWriter out;
    out.u16(bits);
    return std::move(out).finish();
}

Result<TrackParameters> aac_track_parameters(ByteView config) {
    VEDETTE_TRY(const AudioSpecificConfig parsed, parse_audio_specific_config(config));
    TrackParameters parameters;
    parameters.codec = Codec::aac;
    parameters.clock_rate_hz = parsed.sample_rate_hz;
    parameters.decoder_config.assign(config.begin(), config.end());
    parameters.rfc6381 = fmt::format("mp4a.40.{}", parsed.sbr ? 5 : parsed.object_type);
    parameters.sample_rate_hz = parsed.sample_rate_hz;
    parameters.channels = parsed.channels;
    return parameters;
}

Result<std::vector<AdtsFrame>> split_adts(ByteView stream, std::size_t max_frames) {
    constexpr std::size_t header_size = 7;
    constexpr std::size_t crc_size = 2;
    std::vector<AdtsFrame> frames;
    for (std::size_t at = 0; at < stream.size();) {
        const ByteView rest = stream.subspan(at);
        BitReader in(rest.first(std::min(rest.size(), header_size)));
        const std::uint32_t sync = in.bits(12);
        in.skip(3);  // ID, layer
        const std::size_t header = in.flag() ? header_size : header_size + crc_size;
        const std::uint32_t profile = in.bits(2);
        const std::uint32_t rate_index = in.bits(4);
        in.skip(1);
        const std::uint32_t channel_configuration = in.bits(3);
        in.skip(4);
        const std::size_t length = in.bits(13);
        in.skip(11);
        const std::uint32_t blocks = in.bits(2) + 1;
        if (in.failed() || sync != 0xFFF || length <= header || length > rest.size())
            return fail(ErrorKind::corrupt, "no whole ADTS frame at byte {}", at);
        if (blocks != 1 || channel_configuration == 0 || rate_index >= sample_rates.size())
            return fail(ErrorKind::unsupported, "ADTS frame at byte {} with {} blocks, channels {}, rate {}",
                        at, blocks, channel_configuration, rate_index);
        if (frames.size() == max_frames)
            return fail(ErrorKind::invalid_input, "more than {} ADTS frames in one buffer", max_frames);
        AudioSpecificConfig config;
        config.object_type = static_cast<std::uint8_t>(profile + 1);
        config.sample_rate_hz = sample_rates[rate_index];
        config.channels = channel_counts[channel_configuration];
        frames.push_back({config, rest.subspan(header, length - header)});
        at += length;
    }
    return frames;
}

}  // namespace vedette::media
