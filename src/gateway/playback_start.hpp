#pragma once

#include "base/time.hpp"
#include "gateway/vault/vault.hpp"

namespace vedette::gateway {

/// How far back a key frame is looked for. Beyond, playback starts without one.
inline constexpr Ticks90k max_key_frame_distance = std::chrono::minutes(10);

/// From when on to read, so that the picture at `from` can be decoded: `from` itself where the fragment there
/// begins with a key frame, else the start of the last one before it in the same run that does. (A camera
/// that sends a key frame rarely has its groups of pictures cut into several fragments.) Blocking: disk and
/// decryption.
Result<UtcTime> playback_start(vault::Vault& vault, vault::StreamKey stream, UtcTime from);

}  // namespace vedette::gateway
