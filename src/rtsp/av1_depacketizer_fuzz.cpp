// Input: packets as in fuzz_packets(). Every temporal unit must be OBUs with sizes, end to end.

#include "rtsp/av1_depacketizer.hpp"
#include "rtsp/fuzz_packets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    ByteReader reader(std::as_bytes(std::span(data, size)));
    for (const DepacketizedUnit& unit : fuzz_packets(Av1Depacketizer{}, reader)) {
        ByteReader obus(*unit.data);
        while (!obus.at_end()) {
            const std::uint8_t header = obus.u8();
            if ((header & 2) == 0) std::abort();
            if ((header & 4) != 0) obus.skip(1);
            obus.skip(media::read_leb128(obus).value());
            if (obus.failed()) std::abort();
        }
    }
    return 0;
}
