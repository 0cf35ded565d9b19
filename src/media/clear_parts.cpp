#include "media/clear_parts.hpp"

#include <algorithm>
#include <optional>

#include "media/bit_reader.hpp"
#include "media/h264.hpp"
#include "media/h265.hpp"
#include "media/rbsp.hpp"

namespace vedette::media {
namespace {

constexpr std::size_t length_size = 4;
// Fields at the start of a slice header end within so many bytes.
constexpr std::size_t slice_peek_bytes = 12;

/// Its id when it has entropy_coding_mode_flag (7.3.2.2).
std::optional<std::uint32_t> id_of_cabac_pps(ByteView nal) {
    if (nal_type(nal) != NalType::pps) return std::nullopt;
    const Bytes rbsp = unescape_rbsp(nal.subspan(1));
    BitReader in(rbsp);
    const std::uint32_t id = in.ue();
    in.ue();  // seq_parameter_set_id
    const bool is_cabac = in.flag();
    return is_cabac && !in.failed() && id < 256 ? std::optional(id) : std::nullopt;
}

/// Its id when each slice is one arithmetic codeword (7.3.2.3).
std::optional<std::uint32_t> id_of_unbroken_pps(ByteView nal) {
    if (nal.size() <= hevc_nal_header_bytes || hevc_nal_type(nal[0]) != HevcNalType::pps) return std::nullopt;
    const Bytes rbsp = unescape_rbsp(nal.subspan(hevc_nal_header_bytes));
    BitReader in(rbsp);
    const std::uint32_t id = in.ue();
    in.ue();     // pps_seq_parameter_set_id
    in.skip(7);  // dependent slices, output flag, extra header bits, sign hiding, cabac_init
    in.ue();
    in.ue();     // default numbers of references
    in.se();     // init_qp_minus26
    in.skip(2);  // constrained intra prediction, transform skip
    if (in.flag()) in.ue();
    in.se();
    in.se();     // offsets of chroma
    in.skip(4);  // slice offsets of chroma, weighted prediction, transquant bypass
    const bool has_tiles = in.flag();
    const bool has_wavefronts = in.flag();
    return !has_tiles && !has_wavefronts && !in.failed() && id < 64 ? std::optional(id) : std::nullopt;
}

/// Main, Main 10 and Main Still Picture, which have no aligned bypass bins and no palettes; and no raw
/// samples.
bool is_plain(const HevcSps& sps) {
    const unsigned profile = sps.profile.space_tier_idc & 0x1FU;
    const unsigned space = sps.profile.space_tier_idc >> 6;
    return space == 0 && profile >= 1 && profile <= 3 && sps.has_pcm == false;
}

std::bitset<256> suitable_h264(const TrackParameters& track) {
    std::bitset<256> suitable;
    if (const auto config = parse_avcc(track.decoder_config); config && config->length_size == length_size)
        for (const Bytes& pps : config->pps)
            if (const auto id = id_of_cabac_pps(pps)) suitable.set(*id);
    return suitable;
}

std::bitset<256> suitable_h265(const TrackParameters& track) {
    std::bitset<256> suitable;
    const auto sets = parse_hvcc(track.decoder_config);
    if (!sets) return suitable;
    for (const Bytes& bytes : sets->sps)
        if (const auto sps = parse_hevc_sps(bytes); !sps || !is_plain(*sps)) return suitable;
    for (const Bytes& pps : sets->pps)
        if (const auto id = id_of_unbroken_pps(pps)) suitable.set(*id);
    return suitable;
}

std::optional<std::uint32_t> pps_of_h264_slice(ByteView nal) {
    const NalType type = nal_type(nal);
    if (type != NalType::slice && type != NalType::slice_idr) return std::nullopt;
    const auto header = peek_slice_header(nal);
    return header ? std::optional(header->pps_id) : std::nullopt;
}

// Slices of the base layer whose types are not reserved: TRAIL_N to RASL_R, and BLA to CRA.
std::optional<std::uint32_t> pps_of_h265_slice(ByteView nal) {
    if (nal.size() <= hevc_nal_header_bytes || hevc_layer(nal) != 0) return std::nullopt;
    const HevcNalType type = hevc_nal_type(nal[0]);
    const bool is_irap = type >= HevcNalType::bla_w_lp && type <= HevcNalType::cra;
    if (type > HevcNalType::rasl_r && !is_irap) return std::nullopt;
    const ByteView rest = nal.subspan(hevc_nal_header_bytes);
    BitReader in(rest.first(std::min(rest.size(), slice_peek_bytes)));
    in.skip(1);               // first_slice_segment_in_pic_flag
    if (is_irap) in.skip(1);  // no_output_of_prior_pics_flag
    const std::uint32_t id = in.ue();
    return in.failed() ? std::nullopt : std::optional(id);
}

bool is_parameter_set(Codec codec, ByteView nal) {
    if (nal.empty()) return false;
    if (codec == Codec::h265) return is_parameter_set(hevc_nal_type(nal[0]));
    return nal_type(nal) == NalType::sps || nal_type(nal) == NalType::pps;
}

}  // namespace

ClearParts::ClearParts(const TrackParameters& track, std::size_t sealed_start)
    : codec_(track.codec), sealed_start_(sealed_start) {
    if (codec_ == Codec::h264) suitable_ = suitable_h264(track);
    if (codec_ == Codec::h265) suitable_ = suitable_h265(track);
}

bool ClearParts::may_split(ByteView nal) const {
    const auto pps = codec_ == Codec::h264 ? pps_of_h264_slice(nal) : pps_of_h265_slice(nal);
    return pps && *pps < suitable_.size() && suitable_.test(*pps);
}

void ClearParts::append(ByteView access_unit, std::uint32_t at, std::vector<ByteRange>& ranges) const {
    if (!any()) return;
    const std::size_t before = ranges.size();
    ByteReader in(access_unit);
    while (!in.at_end()) {
        const ByteView nal = in.take(in.u32());
        if (in.failed() || is_parameter_set(codec_, nal)) return ranges.resize(before);
        if (nal.size() < sealed_start_ + least_clear_rest || !may_split(nal)) continue;
        const auto rest = static_cast<std::uint32_t>(nal.size() - sealed_start_);
        ranges.push_back({at + static_cast<std::uint32_t>(in.offset()) - rest, rest});
    }
}

}  // namespace vedette::media
