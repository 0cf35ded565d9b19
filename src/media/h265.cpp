#include "media/h265.hpp"

#include <utility>

#include <fmt/format.h>

#include "media/bit_reader.hpp"
#include "media/rbsp.hpp"

namespace vedette::media {
namespace {

constexpr std::size_t max_sets_of_a_kind = 64;

Result<> check_sets(std::span<const Bytes> sets, HevcNalType type, const char* name) {
    if (sets.empty()) return fail(ErrorKind::invalid_input, "H.265 without {}", name);
    if (sets.size() > max_sets_of_a_kind)
        return fail(ErrorKind::invalid_input, "{} {}s, at most {} are allowed", sets.size(), name,
                    max_sets_of_a_kind);
    for (const Bytes& set : sets) {
        if (set.size() <= hevc_nal_header_bytes || hevc_nal_type(set[0]) != type)
            return fail(ErrorKind::invalid_input, "another NAL unit where the {} should be", name);
        if (set.size() > max_parameter_set_bytes)
            return fail(ErrorKind::invalid_input, "{} of {} bytes, at most {} are allowed", name, set.size(),
                        max_parameter_set_bytes);
    }
    return {};
}

void write_array(ByteWriter& out, std::span<const Bytes> sets, HevcNalType type) {
    // array_completeness: sets that change make another configuration, so those in the stream are these.
    constexpr std::uint8_t complete = 0x80;
    out.u8(static_cast<std::uint8_t>(complete | static_cast<std::uint8_t>(type)));
    out.u16(static_cast<std::uint16_t>(sets.size()));
    for (const Bytes& set : sets) out.u16(static_cast<std::uint16_t>(set.size())).bytes(set);
}

std::uint32_t reversed(std::uint32_t value) {
    std::uint32_t out = 0;
    for (unsigned i = 0; i < 32; ++i) out |= (value >> i & 1) << (31 - i);
    return out;
}

}  // namespace

bool starts_hevc_access_unit(ByteView next) {
    if (next.size() <= hevc_nal_header_bytes) return false;
    const HevcNalType type = hevc_nal_type(next[0]);
    if (is_slice(type)) return (next[2] & std::byte{0x80}) != std::byte{0};  // first_slice_segment_in_pic
    return is_parameter_set(type) || type == HevcNalType::access_unit_delimiter ||
           type == HevcNalType::prefix_sei;
}

std::optional<std::uint32_t> hevc_parameter_set_id(ByteView nal) {
    if (nal.size() <= hevc_nal_header_bytes) return std::nullopt;
    const HevcNalType type = hevc_nal_type(nal[0]);
    if (type == HevcNalType::vps) return std::to_integer<std::uint32_t>(nal[2]) >> 4;
    if (type == HevcNalType::sps) {
        const auto sps = parse_hevc_sps(nal);
        return sps ? std::optional<std::uint32_t>(sps->id) : std::nullopt;
    }
    if (type != HevcNalType::pps) return std::nullopt;
    BitReader in(nal.subspan(hevc_nal_header_bytes));
    const std::uint32_t id = in.ue();
    return in.failed() || id > 63 ? std::nullopt : std::optional(id);
}

Result<Bytes> build_hvcc(const HevcParameterSets& sets) {
    VEDETTE_CHECK(check_sets(sets.vps, HevcNalType::vps, "VPS"));
    VEDETTE_CHECK(check_sets(sets.sps, HevcNalType::sps, "SPS"));
    VEDETTE_CHECK(check_sets(sets.pps, HevcNalType::pps, "PPS"));
    VEDETTE_TRY(const HevcSps sps, parse_hevc_sps(sets.sps[0]));
    ByteWriter out;
    out.u8(1).u8(sps.profile.space_tier_idc).u32(sps.profile.compatibility);
    for (const std::uint8_t b : sps.profile.constraints) out.u8(b);
    out.u8(sps.profile.level_idc);
    out.u16(0xF000);  // min_spatial_segmentation_idc: unknown
    out.u8(0xFC);     // parallelismType: unknown
    out.u8(static_cast<std::uint8_t>(0xFC | sps.chroma_format_idc));
    out.u8(static_cast<std::uint8_t>(0xF8 | (sps.bit_depth_luma - 8)));
    out.u8(static_cast<std::uint8_t>(0xF8 | (sps.bit_depth_chroma - 8)));
    out.u16(0);  // avgFrameRate: unknown
    out.u8(static_cast<std::uint8_t>(sps.sub_layers << 3 | (sps.temporal_id_nested ? 4 : 0) | 3));
    out.u8(3);
    write_array(out, sets.vps, HevcNalType::vps);
    write_array(out, sets.sps, HevcNalType::sps);
    write_array(out, sets.pps, HevcNalType::pps);
    return std::move(out).finish();
}

Result<HevcParameterSets> parse_hvcc(ByteView record) {
    constexpr std::size_t bytes_between = 20;  // the fields that repeat the SPS
    ByteReader in(record);
    if (in.u8() != 1) return fail(ErrorKind::corrupt, "hvcC record of an unknown version");
    in.skip(bytes_between);
    if ((in.u8() & 3) != 3) return fail(ErrorKind::corrupt, "hvcC record without 4-byte lengths");
    HevcParameterSets sets;
    const unsigned arrays = in.u8();
    for (unsigned array = 0; array < arrays && !in.failed(); ++array) {
        const auto type = static_cast<HevcNalType>(in.u8() & 0x3F);
        const unsigned count = in.u16();
        for (unsigned i = 0; i < count && !in.failed(); ++i) {
            const ByteView set = in.take(in.u16());
            if (in.failed()) break;
            std::vector<Bytes>* list = type == HevcNalType::vps   ? &sets.vps
                                       : type == HevcNalType::sps ? &sets.sps
                                       : type == HevcNalType::pps ? &sets.pps
                                                                  : nullptr;
            if (list != nullptr) list->emplace_back(set.begin(), set.end());
        }
    }
    VEDETTE_CHECK(in.check("hvcC record"));
    return sets;
}

std::string rfc6381_h265(const HevcProfile& profile) {
    constexpr std::array spaces{"", "A", "B", "C"};
    const bool high_tier = (profile.space_tier_idc & 0x20) != 0;
    std::string out =
        fmt::format("hvc1.{}{}.{:X}.{}{}", spaces[profile.space_tier_idc >> 6], profile.space_tier_idc & 0x1F,
                    reversed(profile.compatibility), high_tier ? 'H' : 'L', profile.level_idc);
    std::size_t used = profile.constraints.size();
    while (used > 0 && profile.constraints[used - 1] == 0) --used;
    for (std::size_t i = 0; i < used; ++i) out += fmt::format(".{:X}", profile.constraints[i]);
    return out;
}

Result<TrackParameters> h265_track_parameters(const HevcParameterSets& sets) {
    VEDETTE_TRY(Bytes record, build_hvcc(sets));
    VEDETTE_TRY(const HevcSps sps, parse_hevc_sps(sets.sps[0]));
    TrackParameters parameters;
    parameters.codec = Codec::h265;
    parameters.decoder_config = std::move(record);
    parameters.rfc6381 = rfc6381_h265(sps.profile);
    parameters.width = sps.width;
    parameters.height = sps.height;
    parameters.reorder_depth = sps.max_reorder;
    return parameters;
}

}  // namespace vedette::media
