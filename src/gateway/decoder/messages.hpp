#pragma once
// What the main process and the decoder process say to each other. No I/O.

#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "media/types.hpp"

namespace vedette::gateway::decoder {

inline constexpr std::uint16_t max_side = 640;  ///< pixels of a small picture
inline constexpr std::size_t max_config_bytes = 64 * 1024;
inline constexpr std::size_t max_picture_bytes = 16u << 20;  ///< of the encoded key frame
inline constexpr std::size_t max_jpeg_bytes = 128 * 1024;
inline constexpr std::size_t max_sentence_bytes = 256;
/// Both directions.
inline constexpr std::size_t max_packet_bytes = 64 + max_jpeg_bytes;

/// To the decoder process. A file comes with it: the decoder configuration, and behind it the key frame.
struct Order {
    std::uint32_t id = 0;
    media::Codec codec = media::Codec::h264;
    std::uint16_t side = 320;  ///< of the small picture's longer side, in pixels
    std::uint32_t config_bytes = 0;
    std::uint32_t picture_bytes = 0;
    friend bool operator==(const Order&, const Order&) = default;
};

struct SmallPicture {
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    Bytes jpeg;
    friend bool operator==(const SmallPicture&, const SmallPicture&) = default;
};

/// From the decoder process.
struct Product {
    std::uint32_t id = 0;  ///< of the order
    Result<SmallPicture> picture;
    friend bool operator==(const Product&, const Product&) = default;
};

Bytes encode(const Order& order);
/// corrupt: it is none, or beyond the limits above.
Result<Order> decode_order(ByteView bytes);

/// A picture that is too large becomes an error; a sentence is cut.
Bytes encode(const Product& product);
/// The same, of bytes that a hostile process wrote: numbers within the limits, and something that begins and
/// ends as a JPEG file does. Errors come with a sentence of printable ASCII and are corrupt, unsupported,
/// exhausted or internal.
Result<Product> decode_product(ByteView bytes);

}  // namespace vedette::gateway::decoder
