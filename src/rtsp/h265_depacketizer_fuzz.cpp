// Input: flags (1: decoding order numbers), then records of flags (1: marker, 2: packets lost before, 4: new
// timestamp), 16-bit size, payload.

#include <cstdlib>

#include "rtsp/h265_depacketizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    ByteReader reader(std::as_bytes(std::span(data, size)));
    H265Depacketizer depacketizer((reader.u8() & 1) != 0);
    std::vector<MediaEvent> events;
    std::int64_t time = 0;
    while (!reader.at_end() && !reader.failed()) {
        const std::uint8_t flags = reader.u8();
        const std::size_t payload = reader.u16();
        RtpPacket packet{.marker = (flags & 1) != 0};
        packet.payload = reader.take(std::min(payload, reader.remaining()));
        if ((flags & 4) != 0) time += 3600;
        depacketizer.push(packet, time, (flags & 2) != 0, events);
    }
    for (const MediaEvent& event : events) {
        const auto* unit = std::get_if<DepacketizedUnit>(&event);
        if (unit == nullptr) continue;
        ByteReader nals(*unit->data);
        while (!nals.at_end())
            if (nals.take(nals.u32()).size() <= media::hevc_nal_header_bytes) std::abort();
    }
    return 0;
}
