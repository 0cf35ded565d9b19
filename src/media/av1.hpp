#pragma once
// AV1 (AV1 Bitstream & Decoding Process Specification): OBUs, the sequence header, and the av1C record of
// "AV1 Codec ISO Media File Format Binding". Pure functions on foreign bytes.

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "media/types.hpp"

namespace vedette::media {

/// obu_type, 6.2.2: those that we look at.
enum class ObuType : std::uint8_t {
    sequence_header = 1,
    temporal_delimiter = 2,
    frame_header = 3,
    frame = 6,
    tile_list = 8,
    padding = 15,
};

inline constexpr std::size_t max_sequence_header_bytes = 1024;

/// An OBU's header and its payload (5.3).
struct Obu {
    ObuType type{};
    bool has_extension = false;
    std::uint8_t extension = 0;
    ByteView payload;
};

/// leb128 (4.10.5) of at most 32 bits; nullopt when it is longer or cut.
std::optional<std::uint32_t> read_leb128(ByteReader& in);
void write_leb128(ByteWriter& out, std::uint32_t value);

/// An OBU that fills `bytes`, with or without a size field of its own, as RTP carries it. nullopt when it is
/// not one.
std::optional<Obu> parse_obu(ByteView bytes);

/// Appends the OBU with a size field, as files have it.
void write_obu(ByteWriter& out, const Obu& obu);

/// What we use of a sequence header (5.5).
struct Av1Sequence {
    std::uint8_t profile = 0;
    std::uint8_t level = 0;
    std::uint8_t tier = 0;
    bool reduced_still_picture = false;
    bool high_bit_depth = false;
    bool twelve_bit = false;
    bool monochrome = false;
    std::uint8_t subsampling_x = 1;
    std::uint8_t subsampling_y = 1;
    std::uint8_t chroma_position = 0;
    std::uint16_t width = 0;  ///< of the largest frame
    std::uint16_t height = 0;

    friend bool operator==(const Av1Sequence&, const Av1Sequence&) = default;
};

/// `payload`: of a sequence header OBU.
Result<Av1Sequence> parse_av1_sequence(ByteView payload);

/// True when the payload of a frame or frame header OBU begins a key frame that is shown (5.9.2).
bool begins_av1_key_frame(ByteView payload, const Av1Sequence& sequence);

/// av1C with the sequence header in it, codec string, size.
Result<TrackParameters> av1_track_parameters(const Obu& sequence_header);
/// The same from an av1C that av1_track_parameters() made.
Result<TrackParameters> av1_track_parameters_of_record(ByteView record);

}  // namespace vedette::media
