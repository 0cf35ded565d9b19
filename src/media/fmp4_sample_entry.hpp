#pragma once
// The sample entry of a track: which codec, and what its decoder must know (ISO 14496-12, 8.5.2).

#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "media/types.hpp"

namespace vedette::media::fmp4 {

/// Writes the track's sample entry, e.g. avc1 with its avcC.
void write_sample_entry(ByteWriter& out, const TrackParameters& track);

/// Reads back the first entry of `entries`, the content of an stsd after its entry count. `timescale`: of the
/// track's mdhd. `corrupt` when it is none that write_sample_entry() makes.
Result<TrackParameters> read_sample_entry(ByteView entries, std::uint32_t timescale);

/// The payload of the first box of that type; an empty view when there is none.
ByteView find_box(ByteView parent, std::string_view type);

}  // namespace vedette::media::fmp4
