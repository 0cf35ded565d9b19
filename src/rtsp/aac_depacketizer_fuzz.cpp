// Input: records as in h264_depacketizer_fuzz.cpp.

#include <cstdlib>

#include "rtsp/aac_depacketizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    ByteReader reader(std::as_bytes(std::span(data, size)));
    AacFormat format;
    format.clock_rate_hz = 16'000;
    AacDepacketizer depacketizer(format, 1024);
    std::vector<MediaEvent> events;
    std::int64_t time = 0;
    while (!reader.at_end() && !reader.failed()) {
        const std::uint8_t flags = reader.u8();
        const std::size_t payload = reader.u16();
        RtpPacket packet{.marker = (flags & 1) != 0};
        packet.payload = reader.take(std::min(payload, reader.remaining()));
        if ((flags & 4) != 0) time += 1024;
        depacketizer.push(packet, time, (flags & 2) != 0, events);
    }
    for (const MediaEvent& event : events)
        if (const auto* unit = std::get_if<DepacketizedUnit>(&event))
            if (unit->data->empty() || unit->data->size() > max_aac_frame_bytes) std::abort();
    return 0;
}
