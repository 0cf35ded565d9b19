#pragma once
// The one shape of fragment that we write, and therefore read.

#include <cstdint>

namespace vedette::media::fmp4 {

inline constexpr std::uint32_t box_header_size = 8;

/// default-base-is-moof, and nothing else in the tfhd.
inline constexpr std::uint32_t tfhd_flags = 0x020000;
/// data-offset; per sample: duration, size, flags.
inline constexpr std::uint32_t trun_flags = 0x000001 | 0x000100 | 0x000200 | 0x000400;
inline constexpr std::uint32_t trun_sample_size = 12;
/// With B-frames: version 1, whose composition offsets are signed, and such an offset per sample.
inline constexpr std::uint32_t reordered_trun_flags = 1U << 24 | trun_flags | 0x000800;
inline constexpr std::uint32_t reordered_trun_sample_size = 16;

/// Sample flags (ISO 14496-12, 8.8.3.1): depends on no other sample.
inline constexpr std::uint32_t sync_sample = 0x02000000;
/// Depends on others, and is no sync sample.
inline constexpr std::uint32_t other_sample = 0x01010000;

}  // namespace vedette::media::fmp4
