// Input: packets as in fuzz_packets().

#include "rtsp/fuzz_packets.hpp"
#include "rtsp/metadata_depacketizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    ByteReader reader(std::as_bytes(std::span(data, size)));
    (void)fuzz_packets(MetadataDepacketizer{}, reader);
    return 0;
}
