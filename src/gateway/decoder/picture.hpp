#pragma once
// One key frame becomes a small JPEG picture. Runs in the decoder process.

#include "gateway/decoder/messages.hpp"

namespace vedette::gateway::decoder {

struct Libav;

/// Of a picture that is decoded; a larger one is refused.
inline constexpr std::int64_t max_decoded_pixels = std::int64_t{64} << 20;

/// `unsupported` where these libraries have no decoder for it, `corrupt` when the bytes give no picture. The
/// longer side becomes `order.side` pixels, or stays as it is when it has less.
Result<SmallPicture> make_picture(const Libav& av, const Order& order, ByteView config, ByteView data);

}  // namespace vedette::gateway::decoder
