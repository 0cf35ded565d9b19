// A decoder process that was taken over: what it says is a small picture or a short sentence, or nothing.

#include <cstdlib>

#include "gateway/decoder/messages.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::gateway::decoder;
    const ByteView bytes = std::as_bytes(std::span(data, size));
    if (const auto product = decode_product(bytes)) {
        const Bytes again = encode(*product);
        if (decode_product(again) != product || again.size() > max_packet_bytes) std::abort();
        if (product->picture && product->picture->jpeg.size() > max_jpeg_bytes) std::abort();
        if (!product->picture && product->picture.error().message.size() > max_sentence_bytes) std::abort();
    }
    if (const auto order = decode_order(bytes))
        if (decode_order(encode(*order)) != order) std::abort();
    return 0;
}
