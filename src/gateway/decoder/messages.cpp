#include "gateway/decoder/messages.hpp"

#include <algorithm>
#include <array>

namespace vedette::gateway::decoder {

namespace {

// By their numbers on the wire, from 1 on; 0 is a picture.
constexpr std::array told_kinds = {ErrorKind::corrupt, ErrorKind::unsupported, ErrorKind::exhausted,
                                   ErrorKind::internal};

constexpr std::byte jpeg_mark{0xFF};
constexpr std::byte jpeg_start{0xD8};
constexpr std::byte jpeg_end{0xD9};

bool looks_like_jpeg(ByteView bytes) {
    return bytes.size() >= 4 && bytes[0] == jpeg_mark && bytes[1] == jpeg_start &&
           bytes[bytes.size() - 2] == jpeg_mark && bytes.back() == jpeg_end;
}

bool is_printable(ByteView text) {
    return std::ranges::all_of(as_text(text), [](char letter) { return letter >= ' ' && letter <= '~'; });
}

}  // namespace

Bytes encode(const Order& order) {
    ByteWriter writer;
    writer.u32(order.id).u8(static_cast<std::uint8_t>(order.codec)).u16(order.side);
    writer.u32(order.config_bytes).u32(order.picture_bytes);
    return std::move(writer).finish();
}

Result<Order> decode_order(ByteView bytes) {
    ByteReader reader(bytes);
    Order order;
    order.id = reader.u32();
    order.codec = static_cast<media::Codec>(reader.u8());
    order.side = reader.u16();
    order.config_bytes = reader.u32();
    order.picture_bytes = reader.u32();
    VEDETTE_CHECK(reader.check("an order to the decoder"));
    if (!reader.at_end() || order.side < 2 || order.side > max_side || order.side % 2 != 0 ||
        order.config_bytes > max_config_bytes || order.picture_bytes == 0 ||
        order.picture_bytes > max_picture_bytes)
        return fail(ErrorKind::corrupt, "an order to the decoder is beyond its limits");
    return order;
}

Bytes encode(const Product& product) {
    ByteWriter writer;
    writer.u32(product.id);
    Error error;
    if (product.picture) {
        const SmallPicture& picture = *product.picture;
        if (picture.jpeg.size() <= max_jpeg_bytes) {
            writer.u8(0).u16(picture.width).u16(picture.height).bytes(picture.jpeg);
            return std::move(writer).finish();
        }
        error = {ErrorKind::exhausted, "the picture stays too large"};
    } else {
        error = product.picture.error();
    }
    const auto kind = std::ranges::find(told_kinds, error.kind);
    const auto number = static_cast<std::uint8_t>(
        (kind == told_kinds.end() ? told_kinds.size() - 1
                                  : static_cast<std::size_t>(kind - told_kinds.begin())) +
        1);
    writer.u8(number).text(std::string_view(error.message).substr(0, max_sentence_bytes));
    return std::move(writer).finish();
}

Result<Product> decode_product(ByteView bytes) {
    ByteReader reader(bytes);
    Product product{.id = reader.u32(), .picture = {}};
    const std::uint8_t number = reader.u8();
    VEDETTE_CHECK(reader.check("what the decoder made"));
    if (number == 0) {
        SmallPicture picture;
        picture.width = reader.u16();
        picture.height = reader.u16();
        VEDETTE_CHECK(reader.check("what the decoder made"));
        const ByteView jpeg = reader.rest();
        if (picture.width == 0 || picture.width > max_side || picture.height == 0 ||
            picture.height > max_side || jpeg.size() > max_jpeg_bytes || !looks_like_jpeg(jpeg))
            return fail(ErrorKind::corrupt, "what the decoder made is no picture");
        picture.jpeg.assign(jpeg.begin(), jpeg.end());
        product.picture = std::move(picture);
        return product;
    }
    const ByteView sentence = reader.rest();
    if (number > told_kinds.size() || sentence.size() > max_sentence_bytes || !is_printable(sentence))
        return fail(ErrorKind::corrupt, "what the decoder told is no error");
    product.picture = std::unexpected(Error{told_kinds.at(number - 1U), std::string(as_text(sentence))});
    return product;
}

}  // namespace vedette::gateway::decoder
