// Frames from anybody, cut into two reads at the place that the first byte gives.

#include <cstdlib>

#include "net/websocket_protocol.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    constexpr std::size_t limit = 4096;
    if (size == 0) return 0;
    const ByteView input = std::as_bytes(std::span(data + 1, size - 1));
    const std::size_t cut = std::min<std::size_t>(data[0], input.size());
    net::WebSocketProtocol protocol(limit);
    const bool more = protocol.feed(input.first(cut));
    if (more) protocol.feed(input.subspan(cut));
    while (auto message = protocol.next_message()) {
        if (message->data.size() > limit) std::abort();
        protocol.queue_text(std::string(as_text(message->data)));
    }
    while (!protocol.take_output(100).empty()) {
    }
    return protocol.queued_bytes() == 0 ? 0 : (std::abort(), 1);
}
