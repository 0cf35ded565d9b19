#pragma once
// AAC: AudioSpecificConfig (ISO 14496-3, 1.6.2.1) and ADTS framing (1.A.2). Pure functions on foreign bytes.

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "media/types.hpp"

namespace vedette::media {

/// The largest AudioSpecificConfig that we accept, in bytes.
inline constexpr std::size_t max_audio_config_bytes = 64;
/// The most frames that split_adts() accepts in one buffer.
inline constexpr std::size_t max_adts_frames = 1 << 20;

struct AudioSpecificConfig {
    std::uint8_t object_type = 2;        ///< 2 is AAC-LC; of the core when SBR or PS is signalled
    std::uint32_t sample_rate_hz = 0;    ///< of the core, which is the unit of access units
    std::uint8_t channels = 0;           ///< 1 to 8
    std::uint16_t frame_samples = 1024;  ///< samples per access unit: 1024 or 960
    bool sbr = false;                    ///< explicitly signalled HE-AAC

    friend bool operator==(const AudioSpecificConfig&, const AudioSpecificConfig&) = default;
};

/// Parses the configuration of the AAC family (object types 1 to 4; 5 and 29 with their core). Bytes after
/// it are ignored. `unsupported` for other object types and for channel layouts in a program config element.
Result<AudioSpecificConfig> parse_audio_specific_config(ByteView config);

/// The 2-byte configuration; `invalid_input` when the sample rate is not in the table of 1.6.3.4 or the
/// channels are not 1 to 6 or 8.
Result<Bytes> build_audio_specific_config(const AudioSpecificConfig& config);

/// Codec string of RFC 6381, e.g. mp4a.40.2, and the rest of what a muxer or a decoder needs.
Result<TrackParameters> aac_track_parameters(ByteView config);

/// A raw_data_block inside an ADTS stream, with what its header says.
struct AdtsFrame {
    AudioSpecificConfig config;
    ByteView data;
};

/// Views of the raw data blocks of a buffer that holds whole ADTS frames. `corrupt` with the offset when
/// something else is between them or the last is cut; `unsupported` for frames of several blocks.
Result<std::vector<AdtsFrame>> split_adts(ByteView stream, std::size_t max_frames = max_adts_frames);

}  // namespace vedette::media
