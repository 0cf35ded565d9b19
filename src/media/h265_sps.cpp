// Sequence parameter sets: ITU-T H.265 7.3.2.2.1, and the VUI of annex E as far as its timing.

#include <algorithm>
#include <vector>

#include "media/bit_reader.hpp"
#include "media/h265.hpp"
#include "media/rbsp.hpp"
#include "media/sps_limits.hpp"

namespace vedette::media {
namespace {

/// 7.3.3, with what it says of sub-layers skipped.
HevcProfile read_profile_tier_level(BitReader& in, unsigned sub_layers) {
    HevcProfile profile;
    profile.space_tier_idc = static_cast<std::uint8_t>(in.bits(8));
    profile.compatibility = in.bits(32);
    for (std::uint8_t& b : profile.constraints) b = static_cast<std::uint8_t>(in.bits(8));
    profile.level_idc = static_cast<std::uint8_t>(in.bits(8));
    if (sub_layers == 1) return profile;
    std::size_t to_skip = 0;
    for (unsigned i = 0; i < 8; ++i) {
        const bool has_profile = in.flag();
        const bool has_level = in.flag();
        if (i + 1 >= sub_layers) continue;  // reserved bits
        to_skip += (has_profile ? 88U : 0U) + (has_level ? 8U : 0U);
    }
    in.skip(to_skip);
    return profile;
}

Result<> read_picture(BitReader& in, HevcSps& sps) {
    const std::uint32_t format = in.ue();
    if (format > 3) return fail(ErrorKind::corrupt, "H.265 SPS with chroma_format_idc {}", format);
    sps.chroma_format_idc = static_cast<std::uint8_t>(format);
    const bool separate_planes = format == 3 && in.flag();
    const std::uint64_t width = in.ue();
    const std::uint64_t height = in.ue();
    std::uint64_t crop_x = 0;
    std::uint64_t crop_y = 0;
    if (in.flag()) {  // conformance_window, in units of chroma samples
        crop_x = std::uint64_t{in.ue()} + in.ue();
        crop_y = std::uint64_t{in.ue()} + in.ue();
        crop_x *= !separate_planes && (format == 1 || format == 2) ? 2 : 1;
        crop_y *= !separate_planes && format == 1 ? 2 : 1;
    }
    const std::uint32_t luma = in.ue();
    const std::uint32_t chroma = in.ue();
    if (in.failed()) return fail(ErrorKind::corrupt, "H.265 SPS ends too early, at bit {}", in.position());
    // The configuration record has 3 bits for a depth above 8.
    if (luma > 7 || chroma > 7)
        return fail(ErrorKind::corrupt, "H.265 SPS with bit depths {} and {} above 8", luma, chroma);
    if (width > max_picture_side || height > max_picture_side || crop_x >= width || crop_y >= height)
        return fail(ErrorKind::corrupt, "H.265 SPS with an impossible picture: {}x{}, cropped by {} and {}",
                    width, height, crop_x, crop_y);
    sps.bit_depth_luma = static_cast<std::uint8_t>(8 + luma);
    sps.bit_depth_chroma = static_cast<std::uint8_t>(8 + chroma);
    sps.width = static_cast<std::uint16_t>(width - crop_x);
    sps.height = static_cast<std::uint16_t>(height - crop_y);
    return {};
}

/// 7.3.4
void skip_scaling_lists(BitReader& in) {
    for (unsigned size = 0; size < 4; ++size)
        for (unsigned matrix = 0; matrix < 6 && !in.failed(); matrix += size == 3 ? 3 : 1) {
            if (!in.flag()) {
                in.ue();
                continue;
            }
            if (size > 1) in.se();
            const unsigned count = std::min(64U, 1U << (4 + (size << 1)));
            for (unsigned i = 0; i < count && !in.failed(); ++i) in.se();
        }
}

/// st_ref_pic_set (7.3.7) in an SPS: returns NumDeltaPocs of set `index`; false when it is impossible.
bool skip_short_term_set(BitReader& in, unsigned index, std::vector<unsigned>& delta_pocs) {
    const bool inter_predicted = index > 0 && in.flag();
    if (inter_predicted) {
        in.skip(1);  // delta_rps_sign
        in.ue();     // abs_delta_rps_minus1
        unsigned count = 0;
        for (unsigned i = 0; i <= delta_pocs[index - 1]; ++i) {
            const bool used = in.flag();
            const bool use_delta = used || in.flag();
            count += use_delta ? 1 : 0;
        }
        delta_pocs.push_back(count);
        return !in.failed() && count <= max_reorder_pictures;
    }
    const std::uint32_t negative = in.ue();
    const std::uint32_t positive = in.ue();
    if (in.failed() || negative > max_reorder_pictures || positive > max_reorder_pictures) return false;
    for (std::uint32_t i = 0; i < negative + positive; ++i) {
        in.ue();
        in.skip(1);
    }
    delta_pocs.push_back(negative + positive);
    return !in.failed();
}

/// From log2_min_luma_coding_block_size_minus3 to the VUI; false when there is none.
bool skip_to_vui(BitReader& in, std::uint32_t log2_max_poc, std::optional<bool>& has_pcm) {
    for (int i = 0; i < 6; ++i) in.ue();  // sizes of blocks, depths of trees
    if (in.flag() && in.flag()) skip_scaling_lists(in);
    in.skip(2);  // amp, sample adaptive offset
    const bool pcm = in.flag();
    if (!in.failed()) has_pcm = pcm;
    if (pcm) {
        in.skip(8);
        in.ue();
        in.ue();
        in.skip(1);
    }
    const std::uint32_t sets = in.ue();
    if (in.failed() || sets > 64) return false;
    std::vector<unsigned> delta_pocs;
    for (unsigned i = 0; i < sets; ++i)
        if (!skip_short_term_set(in, i, delta_pocs)) return false;
    if (in.flag()) {  // long-term reference pictures
        const std::uint32_t count = in.ue();
        if (in.failed() || count > 32) return false;
        in.skip(std::size_t{count} * (log2_max_poc + 1));
    }
    in.skip(2);  // temporal motion vectors, strong intra smoothing
    return in.flag() && !in.failed();
}

/// E.2.1
std::optional<FrameRate> read_vui_timing(BitReader& in) {
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
    in.skip(3);     // neutral chroma, fields, frame_field_info
    if (in.flag())  // default_display_window
        for (int i = 0; i < 4; ++i) in.ue();
    if (!in.flag()) return std::nullopt;
    const std::uint32_t units_in_tick = in.bits(32);
    const std::uint32_t time_scale = in.bits(32);
    if (in.failed() || units_in_tick == 0 || time_scale == 0) return std::nullopt;
    const FrameRate rate{.numerator = time_scale, .denominator = units_in_tick};
    if (static_cast<double>(rate.numerator) / rate.denominator > max_plausible_fps) return std::nullopt;
    return rate;
}

}  // namespace

Result<HevcSps> parse_hevc_sps(ByteView nal) {
    if (nal.size() <= hevc_nal_header_bytes || hevc_nal_type(nal[0]) != HevcNalType::sps)
        return fail(ErrorKind::invalid_input, "not an H.265 SPS");
    if (nal.size() > max_parameter_set_bytes)
        return fail(ErrorKind::corrupt, "H.265 SPS of {} bytes, at most {} are allowed", nal.size(),
                    max_parameter_set_bytes);
    const Bytes rbsp = unescape_rbsp(nal.subspan(hevc_nal_header_bytes));
    BitReader in(rbsp);
    HevcSps sps;
    in.skip(4);  // sps_video_parameter_set_id
    const std::uint32_t sub_layers = in.bits(3) + 1;
    sps.temporal_id_nested = in.flag();
    if (sub_layers > 7) return fail(ErrorKind::corrupt, "H.265 SPS with {} sub-layers", sub_layers);
    sps.sub_layers = static_cast<std::uint8_t>(sub_layers);
    sps.profile = read_profile_tier_level(in, sub_layers);
    const std::uint32_t id = in.ue();
    if (id > 15) return fail(ErrorKind::corrupt, "H.265 SPS with id {}", id);
    sps.id = static_cast<std::uint8_t>(id);
    VEDETTE_CHECK(read_picture(in, sps));
    const std::uint32_t log2_max_poc = in.ue() + 4;
    const bool for_each_layer = in.flag();
    std::uint32_t reorder = 0;
    for (std::uint32_t i = for_each_layer ? 0 : sub_layers - 1; i < sub_layers; ++i) {
        in.ue();  // sps_max_dec_pic_buffering_minus1
        reorder = in.ue();
        in.ue();  // sps_max_latency_increase_plus1
    }
    if (in.failed()) return fail(ErrorKind::corrupt, "H.265 SPS ends too early, at bit {}", in.position());
    if (log2_max_poc > 16 || reorder > max_reorder_pictures)
        return fail(ErrorKind::corrupt, "H.265 SPS with impossible picture order");
    sps.max_reorder = static_cast<std::uint8_t>(reorder);
    if (skip_to_vui(in, log2_max_poc, sps.has_pcm)) sps.frame_rate = read_vui_timing(in);
    return sps;
}

}  // namespace vedette::media
