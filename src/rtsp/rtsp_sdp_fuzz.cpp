#include <cstdlib>

#include "base/bytes.hpp"
#include "rtsp/session_plan.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    const auto sdp = parse_sdp(as_text(std::as_bytes(std::span(data, size))));
    if (!sdp) return 0;
    (void)plan_tracks(*sdp, "rtsp://camera/live", true);
    const auto again = parse_sdp(print(*sdp));
    if (!again || again->media.size() != sdp->media.size()) std::abort();
    return 0;
}
