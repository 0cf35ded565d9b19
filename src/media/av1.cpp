#include "media/av1.hpp"

#include <fmt/format.h>

#include "media/bit_reader.hpp"

namespace vedette::media {
namespace {

constexpr std::uint32_t max_av1_side = 16'384;
constexpr std::size_t record_fields_bytes = 4;

/// timing_info, decoder_model_info and operating points (5.5.1).
void read_operating_points(BitReader& in, Av1Sequence& sequence) {
    bool has_decoder_model = false;
    unsigned delay_bits = 0;
    if (in.flag()) {  // timing_info_present_flag
        in.bits(32);
        in.bits(32);
        if (in.flag()) in.ue();  // num_ticks_per_picture: uvlc() has the code of ue(v)
        has_decoder_model = in.flag();
        if (has_decoder_model) {
            delay_bits = in.bits(5) + 1;
            in.skip(32 + 5 + 5);
        }
    }
    const bool has_display_delay = in.flag();
    const std::uint32_t points = in.bits(5) + 1;
    for (std::uint32_t i = 0; i < points && !in.failed(); ++i) {
        in.skip(12);
        const auto level = static_cast<std::uint8_t>(in.bits(5));
        const auto tier = static_cast<std::uint8_t>(level > 7 ? in.bits(1) : 0);
        if (i == 0) {
            sequence.level = level;
            sequence.tier = tier;
        }
        if (has_decoder_model && in.flag()) in.skip(2 * delay_bits + 1);
        if (has_display_delay && in.flag()) in.skip(4);
    }
}

void skip_tools(BitReader& in, bool reduced) {
    in.skip(3);  // superblock size, filter_intra, intra_edge_filter
    if (!reduced) {
        in.skip(4);
        const bool order_hint = in.flag();
        if (order_hint) in.skip(2);
        const bool choose_screen_content = in.flag();
        const bool screen_content = choose_screen_content || in.flag();
        if (screen_content && !in.flag()) in.skip(1);  // integer motion vectors
        if (order_hint) in.skip(3);
    }
    in.skip(3);  // superres, cdef, restoration
}

/// 5.5.2
void read_color(BitReader& in, Av1Sequence& sequence) {
    constexpr std::uint32_t bt709 = 1;
    constexpr std::uint32_t srgb = 13;
    sequence.high_bit_depth = in.flag();
    sequence.twelve_bit = sequence.profile == 2 && sequence.high_bit_depth && in.flag();
    sequence.monochrome = sequence.profile != 1 && in.flag();
    std::uint32_t primaries = 2;
    std::uint32_t transfer = 2;
    std::uint32_t matrix = 2;
    if (in.flag()) {
        primaries = in.bits(8);
        transfer = in.bits(8);
        matrix = in.bits(8);
    }
    sequence.subsampling_x = sequence.subsampling_y = 1;
    if (sequence.monochrome) {
        in.skip(1);
        return;
    }
    if (primaries == bt709 && transfer == srgb && matrix == 0) {
        sequence.subsampling_x = sequence.subsampling_y = 0;
        return;
    }
    in.skip(1);  // color_range
    if (sequence.profile == 1) {
        sequence.subsampling_x = sequence.subsampling_y = 0;
    } else if (sequence.profile == 2) {
        const bool chosen = sequence.twelve_bit;
        sequence.subsampling_x = static_cast<std::uint8_t>(chosen ? in.bits(1) : 1);
        sequence.subsampling_y =
            static_cast<std::uint8_t>(chosen && sequence.subsampling_x == 1 ? in.bits(1) : 0);
    }
    if (sequence.subsampling_x == 1 && sequence.subsampling_y == 1)
        sequence.chroma_position = static_cast<std::uint8_t>(in.bits(2));
}

std::string rfc6381_av1(const Av1Sequence& sequence) {
    const int depth = sequence.twelve_bit ? 12 : sequence.high_bit_depth ? 10 : 8;
    return fmt::format("av01.{}.{:02}{}.{:02}", sequence.profile, sequence.level,
                       sequence.tier == 0 ? 'M' : 'H', depth);
}

}  // namespace

std::optional<std::uint32_t> read_leb128(ByteReader& in) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 5; ++i) {
        const std::uint8_t byte = in.u8();
        value |= std::uint64_t{byte & 0x7FU} << (7 * i);
        if (in.failed() || value > UINT32_MAX) return std::nullopt;
        if ((byte & 0x80) == 0) return static_cast<std::uint32_t>(value);
    }
    return std::nullopt;
}

void write_leb128(ByteWriter& out, std::uint32_t value) {
    for (; value >= 0x80; value >>= 7) out.u8(static_cast<std::uint8_t>(value | 0x80));
    out.u8(static_cast<std::uint8_t>(value));
}

std::optional<Obu> parse_obu(ByteView bytes) {
    ByteReader in(bytes);
    const std::uint8_t header = in.u8();
    if (in.failed() || (header & 0x80) != 0) return std::nullopt;
    Obu obu;
    obu.type = static_cast<ObuType>(header >> 3 & 0xF);
    obu.has_extension = (header & 4) != 0;
    if (obu.has_extension) obu.extension = in.u8();
    if ((header & 2) != 0) {
        const auto size = read_leb128(in);
        if (!size) return std::nullopt;
        obu.payload = in.take(*size);
    } else {
        obu.payload = in.rest();
    }
    return in.failed() ? std::nullopt : std::optional(obu);
}

void write_obu(ByteWriter& out, const Obu& obu) {
    out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(obu.type) << 3 | (obu.has_extension ? 4 : 0) | 2));
    if (obu.has_extension) out.u8(obu.extension);
    write_leb128(out, static_cast<std::uint32_t>(obu.payload.size()));
    out.bytes(obu.payload);
}

Result<Av1Sequence> parse_av1_sequence(ByteView payload) {
    BitReader in(payload);
    Av1Sequence sequence;
    sequence.profile = static_cast<std::uint8_t>(in.bits(3));
    if (sequence.profile > 2)
        return fail(ErrorKind::unsupported, "AV1 profile {} is not known", sequence.profile);
    in.skip(1);  // still_picture
    sequence.reduced_still_picture = in.flag();
    if (sequence.reduced_still_picture)
        sequence.level = static_cast<std::uint8_t>(in.bits(5));
    else
        read_operating_points(in, sequence);
    const unsigned width_bits = in.bits(4) + 1;
    const unsigned height_bits = in.bits(4) + 1;
    const std::uint32_t width = in.bits(width_bits) + 1;
    const std::uint32_t height = in.bits(height_bits) + 1;
    if (!sequence.reduced_still_picture && in.flag()) in.skip(7);  // frame ids
    skip_tools(in, sequence.reduced_still_picture);
    read_color(in, sequence);
    if (in.failed()) return fail(ErrorKind::corrupt, "AV1 sequence header ends too early");
    if (width > max_av1_side || height > max_av1_side)
        return fail(ErrorKind::corrupt, "AV1 sequence header with an impossible picture: {}x{}", width,
                    height);
    sequence.width = static_cast<std::uint16_t>(width);
    sequence.height = static_cast<std::uint16_t>(height);
    return sequence;
}

bool begins_av1_key_frame(ByteView payload, const Av1Sequence& sequence) {
    if (sequence.reduced_still_picture) return true;
    BitReader in(payload);
    const bool shows_existing = in.flag();
    const std::uint32_t frame_type = in.bits(2);
    const bool shown = in.flag();
    return !in.failed() && !shows_existing && frame_type == 0 && shown;
}

Result<TrackParameters> av1_track_parameters(const Obu& sequence_header) {
    if (sequence_header.type != ObuType::sequence_header ||
        sequence_header.payload.size() > max_sequence_header_bytes)
        return fail(ErrorKind::invalid_input, "not an AV1 sequence header of at most {} bytes",
                    max_sequence_header_bytes);
    VEDETTE_TRY(const Av1Sequence sequence, parse_av1_sequence(sequence_header.payload));
    ByteWriter out;
    out.u8(0x81);  // marker, version 1
    out.u8(static_cast<std::uint8_t>(sequence.profile << 5 | sequence.level));
    out.u8(static_cast<std::uint8_t>(sequence.tier << 7 | (sequence.high_bit_depth ? 0x40 : 0) |
                                     (sequence.twelve_bit ? 0x20 : 0) | (sequence.monochrome ? 0x10 : 0) |
                                     sequence.subsampling_x << 3 | sequence.subsampling_y << 2 |
                                     sequence.chroma_position));
    out.u8(0);  // no initial presentation delay
    write_obu(out, sequence_header);
    TrackParameters track;
    track.codec = Codec::av1;
    track.decoder_config = std::move(out).finish();
    track.rfc6381 = rfc6381_av1(sequence);
    track.width = sequence.width;
    track.height = sequence.height;
    return track;
}

Result<TrackParameters> av1_track_parameters_of_record(ByteView record) {
    if (record.size() <= record_fields_bytes || record[0] != std::byte{0x81})
        return fail(ErrorKind::corrupt, "av1C record of an unknown version, or without a sequence header");
    const auto obu = parse_obu(record.subspan(record_fields_bytes));
    if (!obu) return fail(ErrorKind::corrupt, "av1C record with a damaged sequence header");
    return av1_track_parameters(*obu);
}

}  // namespace vedette::media
