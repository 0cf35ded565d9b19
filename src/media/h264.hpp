#pragma once
// H.264 (ITU-T H.264): NAL units, parameter sets, and the decoder configuration of ISO 14496-15. Pure
// functions on bytes that a camera sent: hard limits, no I/O. A "NAL unit" here starts at its header byte,
// without start code or length.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "media/types.hpp"

namespace vedette::media {

/// nal_unit_type, table 7-1: those that we look at.
enum class NalType : std::uint8_t {
    slice = 1,
    slice_partition_a = 2,
    slice_idr = 5,
    sei = 6,
    sps = 7,
    pps = 8,
    access_unit_delimiter = 9,
    end_of_sequence = 10,
    end_of_stream = 11,
    filler = 12,
    sps_extension = 13,
};

/// The type of a NAL unit; 0 (unspecified) for an empty one.
constexpr NalType nal_type(ByteView nal) {
    return nal.empty() ? NalType{0} : static_cast<NalType>(std::to_integer<std::uint8_t>(nal[0]) & 0x1F);
}

/// Part of a coded picture.
constexpr bool is_slice(NalType type) {
    return type == NalType::slice || type == NalType::slice_partition_a || type == NalType::slice_idr;
}

/// The most NAL units that split_annex_b() accepts in one buffer.
inline constexpr std::size_t max_annex_b_units = 1 << 20;
/// The largest sequence or picture parameter set that we accept, in bytes.
inline constexpr std::size_t max_parameter_set_bytes = 2048;
/// The widest and the highest picture, in pixels.
inline constexpr std::uint32_t max_picture_side = 16'384;

/// Views of the NAL units of a byte stream (H.264 annex B): start codes of 3 or 4 bytes, trailing zeros
/// removed. Bytes before the first start code and empty units are skipped; a stream without any start code
/// has no units. `invalid_input` when there are more than `max_units`.
Result<std::vector<ByteView>> split_annex_b(ByteView stream, std::size_t max_units = max_annex_b_units);

/// Frame rate in the VUI, as time_scale / (2 * num_units_in_tick): one tick is a field.
struct FrameRate {
    std::uint32_t numerator = 0;
    std::uint32_t denominator = 0;

    friend bool operator==(const FrameRate&, const FrameRate&) = default;
};

/// What we use of a sequence parameter set (H.264 7.3.2.1.1).
struct Sps {
    std::uint8_t profile_idc = 0;
    std::uint8_t constraint_flags = 0;  ///< the byte after profile_idc
    std::uint8_t level_idc = 0;
    std::uint8_t id = 0;
    std::uint8_t chroma_format_idc = 1;
    std::uint8_t bit_depth_luma = 8;
    std::uint8_t bit_depth_chroma = 8;
    std::uint16_t width = 0;  ///< pixels, after cropping
    std::uint16_t height = 0;
    bool frame_mbs_only = true;
    std::optional<FrameRate> frame_rate;  ///< when the VUI carries a plausible one
    /// Pictures that precede one in decoding order and follow it in output; 0 when the VUI does not say.
    std::uint8_t max_reorder = 0;

    friend bool operator==(const Sps&, const Sps&) = default;
};

/// Parses a NAL unit of type 7. Bytes after the set are ignored, and so is a VUI that ends too early, since
/// cameras send both. `corrupt` when the set itself is not readable or gives an impossible picture.
Result<Sps> parse_sps(ByteView nal);

/// AVCDecoderConfigurationRecord (ISO 14496-15, 5.3.3.1), NAL units behind 4-byte lengths. At least one of
/// each, at most 31 SPS and 255 PPS of at most max_parameter_set_bytes.
Result<Bytes> build_avcc(std::span<const ByteView> sps, std::span<const ByteView> pps);

struct AvcDecoderConfiguration {
    std::uint8_t length_size = 4;  ///< bytes before each NAL unit: 1, 2 or 4
    std::vector<Bytes> sps;
    std::vector<Bytes> pps;
};

/// The reverse of build_avcc(); also reads records made by others. Bytes after the PPS are ignored.
Result<AvcDecoderConfiguration> parse_avcc(ByteView record);

/// Codec string of RFC 6381 section 3.3, e.g. avc1.640028.
std::string rfc6381_h264(const Sps& sps);

/// Everything a muxer or a decoder needs, from parameter sets sent by a camera. The first SPS decides the
/// picture's size. Units of another type in the lists are `invalid_input`.
Result<TrackParameters> h264_track_parameters(std::span<const ByteView> sps, std::span<const ByteView> pps);

/// The start of a slice header (H.264 7.3.3).
struct SliceHeader {
    bool idr = false;  ///< decoding can start with this picture
    std::uint32_t first_mb_in_slice = 0;
    std::uint32_t slice_type = 0;  ///< 0..9, table 7-6
    std::uint32_t pps_id = 0;

    bool starts_picture() const { return first_mb_in_slice == 0; }
};

/// nullopt when `nal` is not a slice or ends within the fields.
std::optional<SliceHeader> peek_slice_header(ByteView nal);

/// True when the NAL unit `next` can only belong to another access unit than the slices before it (a
/// simplified 7.4.1.2.3: delimiter, parameter set, SEI, or a slice with first_mb_in_slice 0).
bool starts_access_unit(ByteView next);

}  // namespace vedette::media
