// Any sequence numbers at any times: what comes out is what went in, at most once, and never more is held
// than may be.

#include <cstdint>
#include <cstdlib>
#include <set>

#include "rtsp/reorder_buffer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    ReorderBuffer buffer;
    MonotonicTime now{};
    std::uint32_t pushed = 0;
    std::set<std::uint32_t> seen;
    const ReorderBuffer::Sink sink = [&](ByteView packet) {
        if (!seen.insert(ByteReader(packet).u32()).second) std::abort();
    };
    ByteReader reader({reinterpret_cast<const std::byte*>(data), size});
    while (reader.rest().size() >= 3) {
        const std::uint16_t sequence = reader.u16();
        now += std::chrono::milliseconds(reader.u8());
        ByteWriter packet;
        packet.u32(pushed++);
        const Bytes bytes = std::move(packet).finish();
        buffer.push(sequence, bytes, now, sink);
        buffer.on_time(now, sink);
        if (pushed - seen.size() - buffer.dropped() > max_reordered_packets) std::abort();
    }
    now += max_reordering;
    buffer.on_time(now, sink);
    if (seen.size() + buffer.dropped() != pushed || buffer.deadline() != MonotonicTime::max()) std::abort();
    return 0;
}
