#pragma once
// The audio codecs that need little: G.711, linear PCM, G.726 and Opus. Pure functions.

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "media/types.hpp"

namespace vedette::media {

inline constexpr std::uint32_t max_audio_rate_hz = 192'000;
inline constexpr std::uint8_t max_audio_channels = 8;

/// G.711 (`pcmu`, `pcma`) or L16. `invalid_input` for a rate of 0 or above max_audio_rate_hz, or channels not
/// 1 to max_audio_channels.
Result<TrackParameters> pcm_track_parameters(Codec codec, std::uint32_t rate_hz, std::uint8_t channels);

/// G.726 of 2 to 5 bits a sample, at 8000 Hz and one channel.
Result<TrackParameters> g726_track_parameters(std::uint8_t bits_per_sample);

/// Opus with the dOps record of "Encapsulation of Opus in ISO Base Media File Format", 4.3.2. One or two
/// channels.
Result<TrackParameters> opus_track_parameters(std::uint8_t channels);

/// Channels of a dOps record; nullopt when it is not one that opus_track_parameters() makes.
std::optional<std::uint8_t> opus_channels(ByteView dops);

/// G.726 code words packed from the least significant bit on (RFC 3551 section 4.5.4) to packed from the most
/// significant bit on, as files have them. The result has as many bytes. `bits`: 2 to 5.
Bytes repack_g726(ByteView packed, unsigned bits);

}  // namespace vedette::media
