// Sequence parameter sets: ITU-T H.264 7.3.2.1.1, and the VUI of annex E.

#include <algorithm>
#include <array>

#include "media/bit_reader.hpp"
#include "media/h264.hpp"
#include "media/rbsp.hpp"
#include "media/sps_limits.hpp"

namespace vedette::media {
namespace {

bool has_chroma_format(std::uint8_t profile_idc) {
    static constexpr auto profiles =
        std::to_array<std::uint8_t>({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135});
    return std::ranges::find(profiles, profile_idc) != profiles.end();
}

void skip_scaling_list(BitReader& in, unsigned size) {
    std::int32_t last = 8;
    std::int32_t next = 8;
    for (unsigned i = 0; i < size && !in.failed(); ++i) {
        if (next != 0) {
            const std::int32_t delta = in.se();
            if (delta < -128 || delta > 127) return;  // out of range; what follows will not parse
            next = (last + delta + 256) % 256;
        }
        last = next == 0 ? last : next;
    }
}

Result<> read_chroma(BitReader& in, Sps& sps, bool& separate_planes) {
    const std::uint32_t format = in.ue();
    if (format > 3) return fail(ErrorKind::corrupt, "SPS with chroma_format_idc {}", format);
    sps.chroma_format_idc = static_cast<std::uint8_t>(format);
    separate_planes = format == 3 && in.flag();
    const std::uint32_t luma = in.ue();
    const std::uint32_t chroma = in.ue();
    if (luma > 6 || chroma > 6)
        return fail(ErrorKind::corrupt, "SPS with bit depths {} and {} above 8", luma, chroma);
    sps.bit_depth_luma = static_cast<std::uint8_t>(8 + luma);
    sps.bit_depth_chroma = static_cast<std::uint8_t>(8 + chroma);
    in.skip(1);       // qpprime_y_zero_transform_bypass_flag
    if (in.flag()) {  // seq_scaling_matrix_present_flag
        for (unsigned i = 0; i < (format == 3 ? 12U : 8U); ++i)
            if (in.flag()) skip_scaling_list(in, i < 6 ? 16 : 64);
    }
    return {};
}

Result<> skip_picture_order(BitReader& in) {
    const std::uint32_t type = in.ue();
    if (type == 0) {
        in.ue();  // log2_max_pic_order_cnt_lsb_minus4
    } else if (type == 1) {
        in.skip(1);
        in.se();
        in.se();
        const std::uint32_t count = in.ue();
        if (count > 255) return fail(ErrorKind::corrupt, "SPS with a picture order cycle of {}", count);
        for (std::uint32_t i = 0; i < count; ++i) in.se();
    } else if (type > 2) {
        return fail(ErrorKind::corrupt, "SPS with pic_order_cnt_type {}", type);
    }
    return {};
}

Result<> read_picture_size(BitReader& in, Sps& sps, bool separate_planes) {
    const std::uint64_t width = (std::uint64_t{in.ue()} + 1) * 16;
    const std::uint64_t map_units = std::uint64_t{in.ue()} + 1;
    sps.frame_mbs_only = in.flag();
    const std::uint64_t height = map_units * 16 * (sps.frame_mbs_only ? 1 : 2);
    if (!sps.frame_mbs_only) in.skip(1);  // mb_adaptive_frame_field_flag
    in.skip(1);                           // direct_8x8_inference_flag
    std::uint64_t crop_x = 0;
    std::uint64_t crop_y = 0;
    if (in.flag()) {
        crop_x = std::uint64_t{in.ue()} + in.ue();
        crop_y = std::uint64_t{in.ue()} + in.ue();
    }
    // Table 6-1 and equations 7-19 to 7-22: cropping is counted in chroma samples, and in field lines.
    const unsigned format = separate_planes ? 0 : sps.chroma_format_idc;
    crop_x *= format == 1 || format == 2 ? 2 : 1;
    crop_y *= (format == 1 ? 2U : 1U) * (sps.frame_mbs_only ? 1U : 2U);
    if (in.failed()) return fail(ErrorKind::corrupt, "SPS ends too early, at bit {}", in.position());
    if (width > max_picture_side || height > max_picture_side || crop_x >= width || crop_y >= height)
        return fail(ErrorKind::corrupt, "SPS with an impossible picture: {}x{}, cropped by {} and {}", width,
                    height, crop_x, crop_y);
    sps.width = static_cast<std::uint16_t>(width - crop_x);
    sps.height = static_cast<std::uint16_t>(height - crop_y);
    return {};
}

/// What the VUI says of timing, when it is plausible.
std::optional<FrameRate> read_timing(BitReader& in) {
    const std::uint32_t units_in_tick = in.bits(32);
    const std::uint32_t time_scale = in.bits(32);
    in.skip(1);  // fixed_frame_rate_flag
    if (units_in_tick == 0 || time_scale == 0 || units_in_tick > UINT32_MAX / 2) return std::nullopt;
    const FrameRate rate{.numerator = time_scale, .denominator = units_in_tick * 2};
    const double fps = static_cast<double>(rate.numerator) / rate.denominator;
    if (fps > max_plausible_fps) return std::nullopt;
    return rate;
}

/// E.1.2
void skip_hrd(BitReader& in) {
    const std::uint32_t count = in.ue();
    in.skip(8);
    for (std::uint32_t i = 0; i <= count && i < 32 && !in.failed(); ++i) {
        in.ue();
        in.ue();
        in.skip(1);
    }
    in.skip(20);
}

/// Annex E.1.1. One that ends too early leaves what is not known.
void read_vui(BitReader& in, Sps& sps) {
    constexpr std::uint32_t extended_sar = 255;
    if (in.flag() && in.bits(8) == extended_sar) in.skip(32);
    if (in.flag()) in.skip(1);  // overscan
    if (in.flag()) {            // video_signal_type
        in.skip(4);
        if (in.flag()) in.skip(24);
    }
    if (in.flag()) {  // chroma_loc_info
        in.ue();
        in.ue();
    }
    if (in.flag()) {
        const auto rate = read_timing(in);
        if (!in.failed()) sps.frame_rate = rate;
    }
    const bool nal_hrd = in.flag();
    if (nal_hrd) skip_hrd(in);
    const bool vcl_hrd = in.flag();
    if (vcl_hrd) skip_hrd(in);
    if (nal_hrd || vcl_hrd) in.skip(1);  // low_delay_hrd_flag
    in.skip(1);                          // pic_struct_present_flag
    if (!in.flag()) return;              // bitstream_restriction_flag
    in.skip(1);
    for (int i = 0; i < 4; ++i) in.ue();
    const std::uint32_t reorder = in.ue();
    if (!in.failed() && reorder <= max_reorder_pictures) sps.max_reorder = static_cast<std::uint8_t>(reorder);
}

}  // namespace

Result<Sps> parse_sps(ByteView nal) {
    if (nal_type(nal) != NalType::sps) return fail(ErrorKind::invalid_input, "not an SPS");
    if (nal.size() > max_parameter_set_bytes)
        return fail(ErrorKind::corrupt, "SPS of {} bytes, at most {} are allowed", nal.size(),
                    max_parameter_set_bytes);
    const Bytes rbsp = unescape_rbsp(nal.subspan(1));
    BitReader in(rbsp);
    Sps sps;
    sps.profile_idc = static_cast<std::uint8_t>(in.bits(8));
    sps.constraint_flags = static_cast<std::uint8_t>(in.bits(8));
    sps.level_idc = static_cast<std::uint8_t>(in.bits(8));
    const std::uint32_t id = in.ue();
    if (id > 31) return fail(ErrorKind::corrupt, "SPS with id {}", id);
    sps.id = static_cast<std::uint8_t>(id);
    bool separate_planes = false;
    if (has_chroma_format(sps.profile_idc)) VEDETTE_CHECK(read_chroma(in, sps, separate_planes));
    if (in.ue() > 12) return fail(ErrorKind::corrupt, "SPS with log2_max_frame_num above 16");
    VEDETTE_CHECK(skip_picture_order(in));
    in.ue();     // max_num_ref_frames
    in.skip(1);  // gaps_in_frame_num_value_allowed_flag
    VEDETTE_CHECK(read_picture_size(in, sps, separate_planes));
    if (in.flag()) read_vui(in, sps);
    return sps;
}

}  // namespace vedette::media
