// Input: packets as in fuzz_packets().

#include "rtsp/fuzz_packets.hpp"
#include "rtsp/jpeg_depacketizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    ByteReader reader(std::as_bytes(std::span(data, size)));
    for (const DepacketizedUnit& unit : fuzz_packets(JpegDepacketizer{}, reader)) {
        const ByteView picture = *unit.data;
        const ByteView end = picture.last(2);
        if (picture[1] != std::byte{0xD8} || end[0] != std::byte{0xFF} || end[1] != std::byte{0xD9})
            std::abort();
    }
    return 0;
}
