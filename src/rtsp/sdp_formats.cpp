#include "rtsp/sdp_formats.hpp"

#include "media/audio.hpp"
#include "rtsp/text.hpp"

namespace vedette::rtsp {

namespace {

/// Appends the words of a list that commas separate.
void split_list(std::string_view list, std::vector<std::string>& out) {
    while (!list.empty())
        if (const std::string_view word = trim(split_off(list, ',')); !word.empty()) out.emplace_back(word);
}

}  // namespace

std::optional<H264Format> h264_format(const SdpMedia& media) {
    for (const SdpFormat& format : media.formats) {
        if (!equal_ignoring_case(format.encoding, "H264")) continue;
        H264Format out{.payload_type = format.payload_type};
        // RFC 6184 section 8.2.1 knows one rate; a missing or zero one is that (quirk 40).
        if (format.clock_rate_hz > 0) out.clock_rate_hz = format.clock_rate_hz;
        out.packetization_mode =
            parse_number<std::uint8_t>(format.parameter("packetization-mode")).value_or(0);
        split_list(format.parameter("sprop-parameter-sets"), out.sprop_parameter_sets);
        return out;
    }
    return std::nullopt;
}

std::optional<H265Format> h265_format(const SdpMedia& media) {
    for (const SdpFormat& format : media.formats) {
        if (!equal_ignoring_case(format.encoding, "H265") && !equal_ignoring_case(format.encoding, "HEVC"))
            continue;
        H265Format out{.payload_type = format.payload_type};
        if (format.clock_rate_hz > 0) out.clock_rate_hz = format.clock_rate_hz;  // one rate, as in H.264
        out.decoding_order_numbers =
            parse_number<std::uint32_t>(format.parameter("sprop-max-don-diff")).value_or(0) > 0;
        for (const std::string_view name : {"sprop-vps", "sprop-sps", "sprop-pps"})
            split_list(format.parameter(name), out.parameter_sets);
        return out;
    }
    return std::nullopt;
}

std::optional<AacFormat> aac_format(const SdpMedia& media) {
    constexpr std::uint8_t max_field_bits = 16;
    for (const SdpFormat& format : media.formats) {
        if (!equal_ignoring_case(format.encoding, "mpeg4-generic") || format.clock_rate_hz == 0) continue;
        const std::string_view mode = format.parameter("mode");
        const bool low = equal_ignoring_case(mode, "AAC-lbr");
        if (!mode.empty() && !low && !equal_ignoring_case(mode, "AAC-hbr")) continue;
        AacFormat out{.payload_type = format.payload_type,
                      .clock_rate_hz = format.clock_rate_hz,
                      .channels = format.channels,
                      .config = std::string(format.parameter("config"))};
        if (low) {
            out.size_length = 6;
            out.index_length = out.index_delta_length = 2;
        }
        const auto bits = [&](std::string_view name, std::uint8_t& field) {
            if (const std::string_view text = format.parameter(name); !text.empty())
                field = parse_number<std::uint8_t>(text).value_or(max_field_bits + 1);
        };
        bits("sizelength", out.size_length);
        bits("indexlength", out.index_length);
        bits("indexdeltalength", out.index_delta_length);
        if (out.size_length == 0 || out.size_length > max_field_bits || out.index_length > max_field_bits ||
            out.index_delta_length > max_field_bits)
            continue;
        return out;
    }
    return std::nullopt;
}

std::optional<LatmFormat> latm_format(const SdpMedia& media) {
    for (const SdpFormat& format : media.formats) {
        if (!equal_ignoring_case(format.encoding, "MP4A-LATM")) continue;
        constexpr std::uint32_t default_rate = 90'000;  // section 7.3
        LatmFormat out{.payload_type = format.payload_type, .clock_rate_hz = default_rate};
        if (format.clock_rate_hz > 0) out.clock_rate_hz = format.clock_rate_hz;
        out.config = format.parameter("config");
        // Without cpresent the configuration is in band, unless the description brings it all the same.
        const std::string_view present = format.parameter("cpresent");
        out.config_in_band = present.empty() ? out.config.empty() : present != "0";
        return out;
    }
    return std::nullopt;
}

namespace {

struct NamedAudio {
    std::string_view name;
    PlainAudioFormat format;
};

/// By name: what is usual for it, and the order of bytes.
std::optional<PlainAudioFormat> named_audio(std::string_view name) {
    using media::Codec;
    static constexpr NamedAudio known[] = {
        {"PCMU", {.codec = Codec::pcmu}},
        {"PCMA", {.codec = Codec::pcma}},
        {"L16", {.codec = Codec::l16, .clock_rate_hz = 44'100}},
        {"PCM", {.codec = Codec::l16, .clock_rate_hz = 48'000, .little_endian = true}},  // quirk 61
        {"opus", {.codec = Codec::opus, .clock_rate_hz = 48'000, .channels = 2}},
        {"G726-16", {.codec = Codec::g726, .bits_per_sample = 2, .little_endian = true}},
        {"G726-24", {.codec = Codec::g726, .bits_per_sample = 3, .little_endian = true}},
        {"G726-32", {.codec = Codec::g726, .bits_per_sample = 4, .little_endian = true}},
        {"G726-40", {.codec = Codec::g726, .bits_per_sample = 5, .little_endian = true}},
        {"AAL2-G726-16", {.codec = Codec::g726, .bits_per_sample = 2}},
        {"AAL2-G726-24", {.codec = Codec::g726, .bits_per_sample = 3}},
        {"AAL2-G726-32", {.codec = Codec::g726, .bits_per_sample = 4}},
        {"AAL2-G726-40", {.codec = Codec::g726, .bits_per_sample = 5}},
        {"G721", {.codec = Codec::g726, .bits_per_sample = 4, .little_endian = true}},
    };
    for (const NamedAudio& candidate : known)
        if (equal_ignoring_case(name, candidate.name)) return candidate.format;
    return std::nullopt;
}

/// RFC 3551 table 4: payload types whose meaning is fixed.
std::optional<PlainAudioFormat> static_audio(std::uint8_t payload_type) {
    using media::Codec;
    switch (payload_type) {
        case 0:
            return PlainAudioFormat{.codec = Codec::pcmu};
        case 2:
            return PlainAudioFormat{.codec = Codec::g726, .bits_per_sample = 4, .little_endian = true};
        case 8:
            return PlainAudioFormat{.codec = Codec::pcma};
        case 10:
            return PlainAudioFormat{.codec = Codec::l16, .clock_rate_hz = 44'100, .channels = 2};
        case 11:
            return PlainAudioFormat{.codec = Codec::l16, .clock_rate_hz = 44'100};
        default:
            return std::nullopt;
    }
}

std::optional<PlainFormat> plain_format(const SdpMedia& media, std::string_view name,
                                        std::optional<std::uint8_t> static_type) {
    for (const SdpFormat& format : media.formats) {
        const bool named = equal_ignoring_case(format.encoding, name);
        if (!named && !(format.encoding.empty() && format.payload_type == static_type)) continue;
        PlainFormat out{.payload_type = format.payload_type};
        if (format.clock_rate_hz > 0) out.clock_rate_hz = format.clock_rate_hz;
        return out;
    }
    return std::nullopt;
}

}  // namespace

std::optional<PlainAudioFormat> plain_audio_format(const SdpMedia& media) {
    constexpr std::uint32_t video_rate = 90'000;  // what some cameras write for everything
    for (const SdpFormat& format : media.formats) {
        // The name counts where it contradicts the payload type (quirk 61: PCM on 11).
        auto out = format.encoding.empty() ? static_audio(format.payload_type) : named_audio(format.encoding);
        if (!out) continue;
        out->payload_type = format.payload_type;
        const bool one_rate = out->codec == media::Codec::opus || out->codec == media::Codec::g726;
        const std::uint32_t rate = format.clock_rate_hz;
        if (!one_rate && rate > 0 && rate != video_rate && rate <= media::max_audio_rate_hz)
            out->clock_rate_hz = rate;
        const bool may_be_several = out->codec != media::Codec::g726;
        const std::uint8_t most = out->codec == media::Codec::opus ? 2 : media::max_audio_channels;
        if (may_be_several && format.channels > 0 && format.channels <= most) out->channels = format.channels;
        return out;
    }
    return std::nullopt;
}

std::optional<PlainFormat> jpeg_format(const SdpMedia& media) {
    constexpr std::uint8_t static_jpeg = 26;
    return plain_format(media, "JPEG", static_jpeg);
}

std::optional<PlainFormat> av1_format(const SdpMedia& media) {
    return plain_format(media, "AV1", std::nullopt);
}

std::optional<PlainFormat> metadata_format(const SdpMedia& media) {
    return plain_format(media, "vnd.onvif.metadata", std::nullopt);
}

}  // namespace vedette::rtsp
