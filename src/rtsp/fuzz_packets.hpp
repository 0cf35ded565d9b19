#pragma once
// For fuzz targets alone: a stream of packets out of a fuzzer's input.

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "rtsp/depacketizer.hpp"
#include "rtsp/rtp.hpp"

namespace vedette::rtsp {

/// `reader`: records of flags (1: marker, 2: packets lost before, 4: new timestamp), 16-bit size, payload.
/// Returns the access units, none of which may be empty.
template <class Depacketizer>
std::vector<DepacketizedUnit> fuzz_packets(Depacketizer depacketizer, ByteReader& reader) {
    std::vector<MediaEvent> events;
    std::int64_t time = 0;
    while (!reader.at_end() && !reader.failed()) {
        const std::uint8_t flags = reader.u8();
        const std::size_t size = reader.u16();
        RtpPacket packet{.marker = (flags & 1) != 0};
        packet.payload = reader.take(std::min(size, reader.remaining()));
        if ((flags & 4) != 0) time += 3600;
        depacketizer.push(packet, time, (flags & 2) != 0, events);
    }
    std::vector<DepacketizedUnit> units;
    for (MediaEvent& event : events) {
        auto* unit = std::get_if<DepacketizedUnit>(&event);
        if (unit == nullptr) continue;
        if (!unit->data || unit->data->empty() || unit->data->size() > max_access_unit_bytes + 2048)
            std::abort();
        units.push_back(std::move(*unit));
    }
    return units;
}

}  // namespace vedette::rtsp
