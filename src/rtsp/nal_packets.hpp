#pragma once
// What the RTP payload formats of H.264 and H.265 have in common.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace vedette::rtsp {

/// Access units hold each NAL unit behind its length, of so many bytes.
inline constexpr std::size_t nal_length_bytes = 4;

/// Where in an access unit a packet belongs.
enum class NalPlace : std::uint8_t {
    first_slice,    ///< of a picture
    other_slice,    ///< a further slice
    fragment,       ///< the middle or end of a fragmented NAL unit
    before_slices,  ///< parameter sets, SEI, delimiters
};

/// Whether bytes that should be one NAL unit hold the start code of a further one.
inline bool has_start_code(ByteView bytes) {
    constexpr std::array code{std::byte{0}, std::byte{0}, std::byte{1}};
    return std::ranges::search(bytes, code).begin() != bytes.end();
}

}  // namespace vedette::rtsp
