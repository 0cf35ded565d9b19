#pragma once
// H.265 (ITU-T H.265): NAL units, parameter sets, and the decoder configuration of ISO 14496-15. Pure
// functions on bytes that a camera sent: hard limits, no I/O. A "NAL unit" here starts at its two header
// bytes, without start code or length. Byte streams are cut by split_annex_b() of h264.hpp, as in H.264.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "media/h264.hpp"
#include "media/types.hpp"

namespace vedette::media {

/// nal_unit_type, table 7-1: those that we look at. 0 to 31 are parts of coded pictures.
enum class HevcNalType : std::uint8_t {
    trail_n = 0,
    rasl_n = 8,  ///< leading pictures that refer to what precedes the random-access point
    rasl_r = 9,
    bla_w_lp = 16,  ///< 16 to 23: random-access points
    idr_w_radl = 19,
    idr_n_lp = 20,
    cra = 21,
    reserved_irap_23 = 23,
    vps = 32,
    sps = 33,
    pps = 34,
    access_unit_delimiter = 35,
    end_of_sequence = 36,
    filler = 38,
    prefix_sei = 39,
    suffix_sei = 40,
    aggregation = 48,    ///< RFC 7798 section 4.4.2, never in a stream
    fragmentation = 49,  ///< RFC 7798 section 4.4.3
    paci = 50,           ///< RFC 7798 section 4.4.4
};

inline constexpr std::size_t hevc_nal_header_bytes = 2;

constexpr HevcNalType hevc_nal_type(std::byte first_header_byte) {
    return static_cast<HevcNalType>(std::to_integer<std::uint8_t>(first_header_byte) >> 1 & 0x3F);
}
/// nuh_layer_id; 0 is the base layer, the only one that we keep. Precondition: two bytes.
constexpr std::uint8_t hevc_layer(ByteView nal) {
    return static_cast<std::uint8_t>((std::to_integer<unsigned>(nal[0]) & 1) << 5 |
                                     std::to_integer<unsigned>(nal[1]) >> 3);
}
constexpr bool is_slice(HevcNalType type) {
    return static_cast<std::uint8_t>(type) < 32;
}
/// Decoding can start with this picture.
constexpr bool is_random_access(HevcNalType type) {
    return type >= HevcNalType::bla_w_lp && type <= HevcNalType::reserved_irap_23;
}
/// Can not be decoded when decoding started with the random-access point before it.
constexpr bool is_skipped_leading(HevcNalType type) {
    return type == HevcNalType::rasl_n || type == HevcNalType::rasl_r;
}
constexpr bool is_parameter_set(HevcNalType type) {
    return type == HevcNalType::vps || type == HevcNalType::sps || type == HevcNalType::pps;
}

/// True when the NAL unit `next` begins another access unit than the slices before it (7.4.2.4.4).
bool starts_hevc_access_unit(ByteView next);

/// profile_tier_level() of the whole stream (7.3.3), as it stands in the decoder configuration.
struct HevcProfile {
    std::uint8_t space_tier_idc = 0;  ///< general_profile_space, tier flag and profile_idc: one byte
    std::uint32_t compatibility = 0;
    std::array<std::uint8_t, 6> constraints{};
    std::uint8_t level_idc = 0;

    friend bool operator==(const HevcProfile&, const HevcProfile&) = default;
};

/// What we use of a sequence parameter set (7.3.2.2.1).
struct HevcSps {
    HevcProfile profile;
    std::uint8_t id = 0;
    std::uint8_t sub_layers = 1;  ///< 1 to 7
    bool temporal_id_nested = false;
    std::uint8_t chroma_format_idc = 1;
    std::uint8_t bit_depth_luma = 8;
    std::uint8_t bit_depth_chroma = 8;
    std::uint16_t width = 0;  ///< pixels, after cropping
    std::uint16_t height = 0;
    std::uint8_t max_reorder = 0;         ///< pictures that precede one in decoding and follow it in output
    std::optional<FrameRate> frame_rate;  ///< when the VUI carries a plausible one; here a tick is a picture
    std::optional<bool> has_pcm;          ///< pcm_enabled_flag; nullopt when it is not readable

    friend bool operator==(const HevcSps&, const HevcSps&) = default;
};

/// Parses a NAL unit of type 33. Bytes after the set are ignored, and so is everything from the coding block
/// sizes on when it is not readable, which costs frame rate and has_pcm only. `corrupt` when the set itself
/// is not readable or gives an impossible picture.
Result<HevcSps> parse_hevc_sps(ByteView nal);

/// The id of a parameter set of any of the three kinds; nullopt when it is not readable.
std::optional<std::uint32_t> hevc_parameter_set_id(ByteView nal);

struct HevcParameterSets {
    std::vector<Bytes> vps;
    std::vector<Bytes> sps;
    std::vector<Bytes> pps;

    friend bool operator==(const HevcParameterSets&, const HevcParameterSets&) = default;
};

/// HEVCDecoderConfigurationRecord (ISO 14496-15, 8.3.3.1), NAL units behind 4-byte lengths. At least one of
/// each kind, at most 64 of a kind of at most max_parameter_set_bytes.
Result<Bytes> build_hvcc(const HevcParameterSets& sets);

/// The reverse; also reads records made by others, whose other arrays (SEI) are left out.
Result<HevcParameterSets> parse_hvcc(ByteView record);

/// Codec string of ISO 14496-15 annex E.3, e.g. hvc1.1.6.L93.90.
std::string rfc6381_h265(const HevcProfile& profile);

/// Everything a muxer or a decoder needs, from parameter sets sent by a camera. The first SPS decides the
/// picture's size. Units of another type in the lists are `invalid_input`.
Result<TrackParameters> h265_track_parameters(const HevcParameterSets& sets);

}  // namespace vedette::media
