// What may answer the GET and the POST of a tunnel. The first byte cuts the bytes, its lowest bit says which.

#include <algorithm>
#include <cstdlib>

#include "rtsp/http_tunnel.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    if (size == 0) return 0;
    const std::size_t step = std::size_t{data[0]} / 2 * 7 + 1;
    const bool post = (data[0] & 1) != 0;
    const ByteView bytes = std::as_bytes(std::span(data + 1, size - 1));
    if (as_text(bytes).contains("geheim")) return 0;  // what a server says may be repeated to it
    HttpTunnel tunnel({.host = "camera", .path = "/live"}, {"user", Secret(std::string_view("geheim"))},
                      BasicUse::refuse, true);
    std::size_t early = 0;
    bool open = false;
    if (tunnel.get_request().find("geheim") != std::string::npos) std::abort();
    for (std::size_t at = 0; at < bytes.size() && !open; at += step) {
        const ByteView part = bytes.subspan(at, std::min(step, bytes.size() - at));
        const auto next = post ? tunnel.on_post(part) : tunnel.on_get(part);
        if (!next) {
            if (next.error().message.find("geheim") != std::string::npos) std::abort();
            return 0;
        }
        open = *next == HttpTunnel::Next::open;
        early = tunnel.take_early().size();
        if (early > part.size()) std::abort();
        if (*next == HttpTunnel::Next::again && tunnel.get_request().find("geheim") != std::string::npos)
            std::abort();
    }
    return 0;
}
