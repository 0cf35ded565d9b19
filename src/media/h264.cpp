#include "media/h264.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "media/bit_reader.hpp"

namespace vedette::media {
namespace {

constexpr std::size_t max_sps_count = 31;
constexpr std::size_t max_pps_count = 255;

/// The offset of the next 00 00 01 at or after `from`; npos when there is none.
std::size_t find_start_code(ByteView stream, std::size_t from) {
    const auto* base = reinterpret_cast<const unsigned char*>(stream.data());
    // memchr finds the 01 quickly: in coded video a start code is rare.
    for (std::size_t at = from + 2; at < stream.size();) {
        const void* hit = std::memchr(base + at, 1, stream.size() - at);
        if (hit == nullptr) break;
        at = static_cast<std::size_t>(static_cast<const unsigned char*>(hit) - base);
        if (base[at - 1] == 0 && base[at - 2] == 0) return at - 2;
        ++at;
    }
    return std::string_view::npos;
}

Result<> check_sets(std::span<const ByteView> sets, NalType type, std::size_t max_count, const char* name) {
    if (sets.empty()) return fail(ErrorKind::invalid_input, "H.264 without {}", name);
    if (sets.size() > max_count)
        return fail(ErrorKind::invalid_input, "{} {}s, at most {} are allowed", sets.size(), name, max_count);
    for (const ByteView set : sets) {
        if (nal_type(set) != type)
            return fail(ErrorKind::invalid_input, "a NAL unit of type {} where the {} should be",
                        static_cast<int>(nal_type(set)), name);
        if (set.size() > max_parameter_set_bytes)
            return fail(ErrorKind::invalid_input, "{} of {} bytes, at most {} are allowed", name, set.size(),
                        max_parameter_set_bytes);
    }
    return {};
}

/// Baseline, Main and Extended have no chroma fields in their record; every later profile has.
bool has_high_profile_fields(std::uint8_t profile_idc) {
    return profile_idc != 66 && profile_idc != 77 && profile_idc != 88;
}

void write_sets(ByteWriter& out, std::span<const ByteView> sets) {
    for (const ByteView set : sets) out.u16(static_cast<std::uint16_t>(set.size())).bytes(set);
}

std::vector<Bytes> read_sets(ByteReader& in, std::size_t count) {
    std::vector<Bytes> sets;
    for (std::size_t i = 0; i < count && !in.failed(); ++i) {
        const ByteView set = in.take(in.u16());
        if (!in.failed()) sets.emplace_back(set.begin(), set.end());
    }
    return sets;
}

}  // namespace

Result<std::vector<ByteView>> split_annex_b(ByteView stream, std::size_t max_units) {
    std::vector<ByteView> units;
    std::size_t code = find_start_code(stream, 0);
    while (code != std::string_view::npos) {
        const std::size_t begin = code + 3;
        code = find_start_code(stream, begin);
        std::size_t end = code == std::string_view::npos ? stream.size() : code;
        while (end > begin && stream[end - 1] == std::byte{0}) --end;  // trailing_zero_8bits, 4-byte codes
        if (end == begin) continue;
        if (units.size() == max_units)
            return fail(ErrorKind::invalid_input, "more than {} NAL units in one buffer", max_units);
        units.push_back(stream.subspan(begin, end - begin));
    }
    return units;
}

Result<Bytes> build_avcc(std::span<const ByteView> sps, std::span<const ByteView> pps) {
    VEDETTE_CHECK(check_sets(sps, NalType::sps, max_sps_count, "SPS"));
    VEDETTE_CHECK(check_sets(pps, NalType::pps, max_pps_count, "PPS"));
    VEDETTE_TRY(const Sps first, parse_sps(sps[0]));

    ByteWriter out;
    out.u8(1).u8(first.profile_idc).u8(first.constraint_flags).u8(first.level_idc);
    out.u8(0xFC | 3);  // lengthSizeMinusOne
    out.u8(static_cast<std::uint8_t>(0xE0 | sps.size()));
    write_sets(out, sps);
    out.u8(static_cast<std::uint8_t>(pps.size()));
    write_sets(out, pps);
    if (has_high_profile_fields(first.profile_idc)) {
        out.u8(static_cast<std::uint8_t>(0xFC | first.chroma_format_idc));
        out.u8(static_cast<std::uint8_t>(0xF8 | (first.bit_depth_luma - 8)));
        out.u8(static_cast<std::uint8_t>(0xF8 | (first.bit_depth_chroma - 8)));
        out.u8(0);  // numOfSequenceParameterSetExt
    }
    return std::move(out).finish();
}

Result<AvcDecoderConfiguration> parse_avcc(ByteView record) {
    ByteReader in(record);
    if (in.u8() != 1) return fail(ErrorKind::corrupt, "avcC record of an unknown version");
    in.skip(3);  // profile, constraints, level: repeated in the SPS
    AvcDecoderConfiguration config;
    config.length_size = static_cast<std::uint8_t>((in.u8() & 3) + 1);
    if (config.length_size == 3) return fail(ErrorKind::corrupt, "avcC record with 3-byte lengths");
    config.sps = read_sets(in, in.u8() & 0x1F);
    config.pps = read_sets(in, in.u8());
    VEDETTE_CHECK(in.check("avcC record"));
    return config;
}

std::string rfc6381_h264(const Sps& sps) {
    return fmt::format("avc1.{:02x}{:02x}{:02x}", sps.profile_idc, sps.constraint_flags, sps.level_idc);
}

Result<TrackParameters> h264_track_parameters(std::span<const ByteView> sps, std::span<const ByteView> pps) {
    VEDETTE_TRY(Bytes record, build_avcc(sps, pps));
    VEDETTE_TRY(const Sps first, parse_sps(sps[0]));
    TrackParameters parameters;
    parameters.codec = Codec::h264;
    parameters.clock_rate_hz = 90'000;
    parameters.decoder_config = std::move(record);
    parameters.rfc6381 = rfc6381_h264(first);
    parameters.width = first.width;
    parameters.height = first.height;
    parameters.reorder_depth = first.max_reorder;
    return parameters;
}

std::optional<SliceHeader> peek_slice_header(ByteView nal) {
    if (!is_slice(nal_type(nal))) return std::nullopt;
    // Three Exp-Golomb codes fit in a dozen bytes. They hold no 00 00 03 in practice (that needs a
    // first_mb_in_slice above 65535), so the emulation prevention bytes can stay.
    BitReader in(nal.subspan(1, std::min<std::size_t>(nal.size() - 1, 12)));
    SliceHeader header;
    header.idr = nal_type(nal) == NalType::slice_idr;
    header.first_mb_in_slice = in.ue();
    header.slice_type = in.ue();
    header.pps_id = in.ue();
    if (in.failed() || header.slice_type > 9 || header.pps_id > 255) return std::nullopt;
    return header;
}

bool starts_access_unit(ByteView next) {
    switch (nal_type(next)) {
        case NalType::access_unit_delimiter:
        case NalType::sps:
        case NalType::pps:
        case NalType::sei:
            return true;
        case NalType::slice:
        case NalType::slice_partition_a:
        case NalType::slice_idr: {
            const auto header = peek_slice_header(next);
            return header && header->starts_picture();
        }
        default:
            return false;
    }
}

}  // namespace vedette::media
