// Input: which codec, then packets as in fuzz_packets().

#include "rtsp/fuzz_packets.hpp"
#include "rtsp/packet_depacketizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    using media::Codec;
    ByteReader reader(std::as_bytes(std::span(data, size)));
    const PlainAudioFormat formats[] = {
        {.codec = Codec::pcmu},
        {.codec = Codec::l16, .channels = 2, .little_endian = true},
        {.codec = Codec::g726, .bits_per_sample = 3, .little_endian = true},
        {.codec = Codec::g726, .bits_per_sample = 5, .little_endian = true},
        {.codec = Codec::opus},
    };
    (void)fuzz_packets(PacketDepacketizer(formats[reader.u8() % std::size(formats)]), reader);
    return 0;
}
