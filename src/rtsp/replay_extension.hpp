#pragma once
// The RTP header extension of ONVIF replay (ONVIF Streaming Specification, section 6.3): when each frame was
// recorded, by the clock of the camera.

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace vedette::rtsp {

inline constexpr std::uint16_t replay_extension_profile = 0xABAC;
inline constexpr std::size_t replay_extension_bytes = 12;  ///< of its content; JPEG may carry more

struct ReplayExtension {
    std::uint64_t ntp = 0;       ///< 32.32 fixed point, seconds since 1900-01-01 UTC
    bool clean_point = false;    ///< C: decoding can start here
    bool end = false;            ///< E: the last frame before the recording pauses or ends
    bool discontinuity = false;  ///< D: something between the last frame and this one is left out
    bool terminal = false;       ///< T: nothing of this track follows
    std::uint8_t cseq = 0;       ///< low byte of the PLAY request's CSeq

    friend bool operator==(const ReplayExtension&, const ReplayExtension&) = default;
};

/// nullopt when it is another extension, or too short. Bits that must be zero are not looked at.
std::optional<ReplayExtension> parse_replay_extension(std::uint16_t profile, ByteView content);

/// With its four bytes of profile and length: what follows the fixed header of a packet with the X bit.
std::array<std::byte, 4 + replay_extension_bytes> print(const ReplayExtension& extension);

/// The times of NTP (RFC 5905 section 6), in their first era: 1900 to 2036, and from there on to 2104 as the
/// second one, since no camera recorded before 1968.
UtcTime utc_of_ntp(std::uint64_t ntp);
std::uint64_t ntp_of_utc(UtcTime time);

}  // namespace vedette::rtsp
