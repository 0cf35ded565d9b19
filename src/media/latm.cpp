#include "media/latm.hpp"

#include "media/aac.hpp"
#include "media/bit_reader.hpp"

namespace vedette::media {
namespace {

/// LatmGetValue() (table 1.43).
std::uint32_t read_value(BitReader& in) {
    const unsigned bytes = in.bits(2) + 1;
    return in.bits(8 * bytes);
}

/// The bits from `from` to `to` of `bytes`, moved to the front of bytes of their own.
Bytes cut_bits(ByteView bytes, std::size_t from, std::size_t to) {
    BitReader in(bytes);
    in.skip(from);
    Bytes out;
    for (std::size_t left = to - from; left > 0;) {
        const auto count = static_cast<unsigned>(std::min<std::size_t>(left, 8));
        out.push_back(static_cast<std::byte>(in.bits(count) << (8 - count)));
        left -= count;
    }
    return out;
}

/// Moves past an AudioSpecificConfig whose length is not told: to the end of its GASpecificConfig (4.4.1).
Result<> skip_audio_config(BitReader& in) {
    constexpr std::uint32_t object_sbr = 5;
    constexpr std::uint32_t object_ps = 29;
    constexpr std::uint32_t explicit_rate = 15;
    const auto skip_rate = [&] {
        if (in.bits(4) == explicit_rate) in.skip(24);
    };
    std::uint32_t object = in.bits(5);
    skip_rate();
    const std::uint32_t channels = in.bits(4);
    if (object == object_sbr || object == object_ps) {
        skip_rate();
        object = in.bits(5);
    }
    if (object < 1 || object > 4 || channels == 0)
        return fail(ErrorKind::unsupported,
                    "LATM with MPEG-4 audio object type {} and channel configuration {}", object, channels);
    in.skip(1);                  // frameLengthFlag
    if (in.flag()) in.skip(14);  // dependsOnCoreCoder
    in.skip(1);                  // extensionFlag: nothing follows for these types
    return {};
}

/// Reads the configuration at the reader's place in `bytes`.
Result<LatmConfig> read_config(BitReader& in, ByteView bytes) {
    LatmConfig config;
    const bool version1 = in.flag();
    if (version1 && in.flag()) return fail(ErrorKind::unsupported, "LATM of a version that nobody knows");
    if (version1) read_value(in);  // taraBufferFullness
    const bool same_framing = in.flag();
    config.sub_frames = static_cast<std::uint8_t>(in.bits(6) + 1);
    const std::uint32_t programs = in.bits(4) + 1;
    const std::uint32_t layers = in.bits(3) + 1;
    if (!in.failed() && (!same_framing || programs > 1 || layers > 1))
        return fail(ErrorKind::unsupported, "LATM with {} programs of {} layers", programs, layers);
    const std::size_t told_bits = version1 ? read_value(in) : 0;
    const std::size_t begin = in.position();
    if (version1)
        in.skip(told_bits);
    else
        VEDETTE_CHECK(skip_audio_config(in));
    if (!in.failed() && in.position() - begin <= 8 * max_audio_config_bytes)
        config.audio_config = cut_bits(bytes, begin, in.position());
    switch (in.bits(3)) {  // frameLengthType
        case 0:
            in.skip(8);  // latmBufferFullness
            break;
        case 1:
            config.frame_bytes = static_cast<std::uint16_t>(in.bits(9) + 20);
            break;
        default:
            return fail(ErrorKind::unsupported, "LATM that does not carry AAC");
    }
    config.has_other_data = in.flag();
    if (config.has_other_data) {
        if (version1) {
            read_value(in);
        } else {
            bool more = true;
            while (more && !in.failed()) {
                more = in.flag();
                in.skip(8);
            }
        }
    }
    if (in.flag()) in.skip(8);  // crcCheckSum
    if (in.failed()) return fail(ErrorKind::corrupt, "StreamMuxConfig ends too early");
    VEDETTE_TRY([[maybe_unused]] const AudioSpecificConfig usable,
                parse_audio_specific_config(config.audio_config));
    return config;
}

}  // namespace

Result<LatmConfig> parse_latm_config(ByteView config) {
    // Some senders (GStreamer) end it after the AudioSpecificConfig: what is missing is zeros (quirk 60).
    constexpr std::size_t after_audio_config_bytes = 3;
    Bytes filled(config.begin(), config.end());
    filled.resize(filled.size() + after_audio_config_bytes);
    BitReader in(filled);
    return read_config(in, filled);
}

Result<LatmElement> parse_latm_element(ByteView element, bool config_in_band, const LatmConfig* known) {
    BitReader in(element);
    LatmElement out;
    if (config_in_band && !in.flag()) {  // useSameStreamMux
        VEDETTE_TRY(out.config, read_config(in, element));
        known = &*out.config;
    }
    if (known == nullptr) return fail(ErrorKind::not_found, "LATM without a configuration so far");
    for (unsigned i = 0; i < known->sub_frames; ++i) {
        std::size_t size = known->frame_bytes;
        if (size == 0) {
            std::uint32_t part = 0;
            do {
                part = in.bits(8);
                size += part;
            } while (part == 255 && size <= max_latm_frame_bytes);
        }
        if (in.failed() || size > max_latm_frame_bytes || size * 8 > in.bits_left())
            return fail(ErrorKind::corrupt, "AudioMuxElement ends too early");
        Bytes frame(size);
        for (std::byte& b : frame) b = static_cast<std::byte>(in.bits(8));
        if (!frame.empty()) out.frames.push_back(std::move(frame));
    }
    return out;
}

}  // namespace vedette::media
