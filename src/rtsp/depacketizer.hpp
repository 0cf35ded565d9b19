#pragma once
// What the depacketisers of all codecs share: their limits and what they give out.

#include <cstdint>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "media/types.hpp"

namespace vedette::rtsp {

constexpr std::size_t max_access_unit_bytes = 16 * 1024 * 1024;
constexpr std::size_t max_nal_units = 4096;  ///< in one access unit
/// Delimiters, SEI and parameter sets that may wait for a slice.
constexpr std::size_t max_bytes_before_slice = 256 * 1024;
constexpr std::size_t max_parameter_sets = 32;  ///< of each kind

struct DepacketizedUnit {
    std::int64_t time = 0;  ///< unwrapped RTP time of its first packet
    bool random_access = false;
    bool skipped_leading = false;  ///< see media::AccessUnit
    SharedBytes data;
};

/// An access unit was lost in part and is not delivered.
struct DamagedUnit {
    std::int64_t time = 0;
};

/// A track's parameters became known or changed; before the access unit that needs them. Their clock rate is
/// the depacketiser's user's to fill in.
using MediaEvent = std::variant<DepacketizedUnit, DamagedUnit, media::TrackParameters>;

}  // namespace vedette::rtsp
