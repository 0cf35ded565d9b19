// A sequence parameter set alone, as an SDP carries it.

#include <cstdlib>

#include "media/h264.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette::media;
    const auto sps = parse_sps(std::as_bytes(std::span(data, size)));
    if (sps && (sps->width == 0 || sps->height == 0 || sps->id > 31)) std::abort();
    return 0;
}
