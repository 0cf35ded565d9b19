#include <algorithm>
#include <cstdlib>

#include "rtsp/mikey.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    const auto message = parse_mikey(std::as_bytes(std::span(data, size)));
    if (!message) return 0;
    const auto again = parse_mikey(print_mikey(*message, 0));
    if (!again || again->sources != message->sources || again->bundle != message->bundle ||
        again->policy != message->policy || again->key.suite != message->key.suite ||
        again->key.mki != message->key.mki ||
        !std::ranges::equal(again->key.master.reveal(), message->key.master.reveal()))
        std::abort();
    return 0;
}
