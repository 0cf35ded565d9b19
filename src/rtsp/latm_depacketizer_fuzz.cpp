// Input: flags (1: configuration in band), then packets as in fuzz_packets().

#include "rtsp/fuzz_packets.hpp"
#include "rtsp/latm_depacketizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    ByteReader reader(std::as_bytes(std::span(data, size)));
    const bool in_band = (reader.u8() & 1) != 0;
    (void)fuzz_packets(
        LatmDepacketizer({.clock_rate_hz = 24'000, .config_in_band = in_band, .config = "40002613103fc0"}),
        reader);
    return 0;
}
