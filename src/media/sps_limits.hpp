#pragma once
// What a sequence parameter set may say and still be believed; for the readers of H.264's and H.265's.

#include <cstdint>

namespace vedette::media {

inline constexpr double max_plausible_fps = 1000;
inline constexpr std::uint32_t max_reorder_pictures = 16;

}  // namespace vedette::media
