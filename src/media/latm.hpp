#pragma once
// LATM, the multiplex of AAC that RFC 6416 carries (ISO 14496-3, 1.7): one program with one layer, which is
// what cameras send. Pure functions on foreign bytes.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace vedette::media {

inline constexpr std::size_t max_latm_frame_bytes = 64 * 1024;

/// StreamMuxConfig (1.7.3, table 1.42).
struct LatmConfig {
    Bytes audio_config;             ///< AudioSpecificConfig, its last byte filled up with zeros
    std::uint8_t sub_frames = 1;    ///< AAC frames in one AudioMuxElement: 1 to 64
    std::uint16_t frame_bytes = 0;  ///< of each frame where all have the same size; else 0
    bool has_other_data = false;    ///< bits that nobody needs follow the frames

    friend bool operator==(const LatmConfig&, const LatmConfig&) = default;
};

/// `unsupported` for several programs or layers and for other codecs than AAC.
Result<LatmConfig> parse_latm_config(ByteView config);

/// An AudioMuxElement (table 1.41).
struct LatmElement {
    std::optional<LatmConfig> config;  ///< when it brings one
    std::vector<Bytes> frames;         ///< raw data blocks
};

/// `config_in_band`: muxConfigPresent. `known`: the configuration in force, of the session description or of
/// an element before. `corrupt` when the element ends too early, `not_found` when it needs a configuration
/// and there is none yet.
Result<LatmElement> parse_latm_element(ByteView element, bool config_in_band, const LatmConfig* known);

}  // namespace vedette::media
