// A camera process that was taken over: its input is cut into reports of one session, each behind its length.

#include <algorithm>
#include <array>
#include <cstdlib>

#include "gateway/camera_process/messages.hpp"
#include "gateway/camera_process/session_monitor.hpp"
#include "rtsp/depacketizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::gateway::camera_process;
    ByteReader in(std::as_bytes(std::span(data, size)));
    const std::uint8_t kind = in.u8();
    SessionMonitor monitor((kind & 1) != 0, (kind & 2) != 0, kind >> 6);
    if ((kind & 4) != 0) monitor.go_on();
    while (!in.at_end() && !in.failed()) {
        const ByteView message = in.take(std::min<std::size_t>(in.u16(), in.remaining()));
        if (message.size() >= MediaHead::bytes) {
            const auto head = decode_media(message.first(MediaHead::bytes));
            if (!head) return 0;
            if (*head) {
                const auto unit = monitor.take(**head, message.subspan(MediaHead::bytes));
                if (!unit) return 0;
                if (*unit && (!(*unit)->data || (*unit)->data->size() > rtsp::max_access_unit_bytes))
                    std::abort();
                continue;
            }
        }
        const auto report = decode_report(message);
        if (!report) return 0;
        // What was read is written as it was, but for bytes that are not printable.
        const auto again = decode_report(encode(*report));
        if (!again || encode(*again) != encode(*report)) std::abort();
        const bool over = monitor.over();
        if (!monitor.check(report->report)) return 0;
        if (over && !std::holds_alternative<Ended>(report->report)) std::abort();
    }
    return 0;
}
