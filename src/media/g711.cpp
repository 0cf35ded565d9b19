#include "media/g711.hpp"

#include <algorithm>
#include <bit>

namespace vedette::media {

// Section 3.2: sign, then the number of the segment, then four bits of the place in it; all bits inverted.
std::uint8_t encode_mu_law(std::int16_t sample) {
    constexpr int bias = 132;  // 33 in units of the 14 bits that are coded
    constexpr int clip = 32'635;
    const int sign = sample < 0 ? 0x80 : 0;
    const int magnitude = std::min(sample < 0 ? -int{sample} : int{sample}, clip) + bias;
    const int segment = std::bit_width(static_cast<unsigned>(magnitude)) - 8;
    const int place = magnitude >> (segment + 3) & 0x0f;
    return static_cast<std::uint8_t>(~(sign | segment << 4 | place));
}

// Section 3.1: the same without a bias, in 13 bits, with every other bit inverted.
std::uint8_t encode_a_law(std::int16_t sample) {
    const int sign = sample < 0 ? 0 : 0x80;
    const int magnitude = (sample < 0 ? -int{sample} - 1 : int{sample}) >> 3;  // 12 bits
    const int width = std::bit_width(static_cast<unsigned>(magnitude));
    const int segment = std::max(width - 5, 0);
    const int place = (segment == 0 ? magnitude >> 1 : magnitude >> segment) & 0x0f;
    return static_cast<std::uint8_t>((sign | segment << 4 | place) ^ 0x55);
}

}  // namespace vedette::media
