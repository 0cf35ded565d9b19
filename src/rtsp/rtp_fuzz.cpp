#include <algorithm>
#include <cstdlib>

#include "rtsp/replay_extension.hpp"
#include "rtsp/rtcp.hpp"
#include "rtsp/rtp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    const ByteView bytes = std::as_bytes(std::span(data, size));
    if (const auto packet = parse_rtp(bytes)) {
        if (const auto extension = parse_replay_extension(packet->extension_profile, packet->extension)) {
            const auto printed = print(*extension);
            if (parse_replay_extension(replay_extension_profile, ByteView(printed).subspan(4)) != extension)
                std::abort();
            // Times that exist in ticks come back; others to the nearest one.
            const UtcTime time = utc_of_ntp(extension->ntp);
            if (utc_of_ntp(ntp_of_utc(time)) != time) std::abort();
        }
        const auto header = rtp_header(*packet);
        Bytes again(header.begin(), header.end());
        again.insert(again.end(), packet->payload.begin(), packet->payload.end());
        const auto parsed = parse_rtp(again);
        if (!parsed || parsed->timestamp != packet->timestamp || parsed->ssrc != packet->ssrc ||
            parsed->marker != packet->marker || !std::ranges::equal(parsed->payload, packet->payload))
            std::abort();
    }
    if (const auto compound = parse_rtcp(bytes))
        for (const RtcpSenderReport& report : compound->sender_reports) {
            const auto again = parse_rtcp(print_sender_report(report, compound->cname));
            if (!again || again->sender_reports.at(0) != report) std::abort();
        }
    return 0;
}
