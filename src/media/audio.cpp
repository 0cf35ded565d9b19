#include "media/audio.hpp"

namespace vedette::media {
namespace {

constexpr std::uint32_t opus_rate_hz = 48'000;
constexpr std::size_t dops_bytes = 11;

}  // namespace

Result<TrackParameters> pcm_track_parameters(Codec codec, std::uint32_t rate_hz, std::uint8_t channels) {
    if (rate_hz == 0 || rate_hz > max_audio_rate_hz || channels == 0 || channels > max_audio_channels)
        return fail(ErrorKind::invalid_input, "{} of {} Hz and {} channels", to_string(codec), rate_hz,
                    channels);
    TrackParameters track;
    track.codec = codec;
    track.clock_rate_hz = track.sample_rate_hz = rate_hz;
    track.channels = channels;
    track.rfc6381 = codec == Codec::pcmu ? "ulaw" : codec == Codec::pcma ? "alaw" : "twos";
    return track;
}

Result<TrackParameters> g726_track_parameters(std::uint8_t bits_per_sample) {
    if (bits_per_sample < 2 || bits_per_sample > 5)
        return fail(ErrorKind::invalid_input, "G.726 of {} bits a sample", bits_per_sample);
    TrackParameters track;
    track.codec = Codec::g726;
    track.clock_rate_hz = track.sample_rate_hz = 8'000;
    track.channels = 1;
    track.bits_per_sample = bits_per_sample;
    track.rfc6381 = "g726";
    return track;
}

Result<TrackParameters> opus_track_parameters(std::uint8_t channels) {
    if (channels < 1 || channels > 2)
        return fail(ErrorKind::invalid_input, "Opus of {} channels: one or two are", channels);
    ByteWriter dops;
    dops.u8(0).u8(channels).u16(0).u32(opus_rate_hz).u16(0).u8(0);  // nothing to skip: it began long ago
    TrackParameters track;
    track.codec = Codec::opus;
    track.clock_rate_hz = track.sample_rate_hz = opus_rate_hz;
    track.channels = channels;
    track.decoder_config = std::move(dops).finish();
    track.rfc6381 = "opus";
    return track;
}

std::optional<std::uint8_t> opus_channels(ByteView dops) {
    if (dops.size() != dops_bytes) return std::nullopt;
    const auto channels = std::to_integer<std::uint8_t>(dops[1]);
    return channels == 1 || channels == 2 ? std::optional(channels) : std::nullopt;
}

Bytes repack_g726(ByteView packed, unsigned bits) {
    Bytes out;
    out.reserve(packed.size());
    std::uint32_t in_buffer = 0;
    std::uint32_t out_buffer = 0;
    unsigned in_bits = 0;
    unsigned out_bits = 0;
    for (const std::byte b : packed) {
        in_buffer |= std::to_integer<std::uint32_t>(b) << in_bits;
        for (in_bits += 8; in_bits >= bits; in_bits -= bits) {
            out_buffer = out_buffer << bits | (in_buffer & ((1U << bits) - 1));
            in_buffer >>= bits;
            out_bits += bits;
            if (out_bits < 8) continue;
            out_bits -= 8;
            out.push_back(static_cast<std::byte>(out_buffer >> out_bits));
        }
    }
    // The rest is zeros: no whole code word is in it.
    if (out_bits > 0) out.push_back(static_cast<std::byte>(out_buffer << (8 - out_bits)));
    out.resize(packed.size());
    return out;
}

}  // namespace vedette::media
