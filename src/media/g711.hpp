#pragma once
// G.711 (ITU-T): one byte for each sample, by two laws.

#include <cstdint>
#include <span>

#include "base/bytes.hpp"

namespace vedette::media {

std::uint8_t encode_mu_law(std::int16_t sample);
std::uint8_t encode_a_law(std::int16_t sample);

}  // namespace vedette::media
