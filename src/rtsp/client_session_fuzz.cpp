// A camera that says anything. The first byte sets how its bytes are cut.

#include <algorithm>
#include <cstdlib>

#include "rtsp/client_session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    if (size == 0) return 0;
    const std::size_t step = std::size_t{data[0]} * 7 + 1;
    const ByteView bytes = std::as_bytes(std::span(data + 1, size - 1));
    if (as_text(bytes).contains("geheim")) return 0;  // what a camera says may be repeated to it
    MonotonicTime now{};
    ClientOptions options;
    options.encrypted = data[0] >= 128;
    if (data[0] % 4 == 3) options.replay = ReplayRange{from_unix_seconds(0), from_unix_seconds(60)};
    ClientSession session({.host = "camera", .path = "/live"}, {"user", Secret(std::string_view("geheim"))},
                          std::move(options), now);
    std::size_t closings = 0;
    std::size_t sent = 0;
    const auto drain = [&] {
        const std::string output = session.take_output();
        if (output.find("geheim") != std::string::npos) std::abort();
        sent += output.size();
        while (const auto event = session.next_event()) {
            const auto* closed = std::get_if<Closed>(&*event);
            if (closed != nullptr && closed->error &&
                closed->error->message.find("geheim") != std::string::npos)
                std::abort();
            closings += closed != nullptr || std::holds_alternative<Redirected>(*event);
        }
    };
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        session.receive(bytes.subspan(at, std::min(step, bytes.size() - at)), now);
        drain();
        now += std::chrono::milliseconds(100);
        session.on_time(now);
    }
    for (int i = 0; i < 1000 && !session.closed(); ++i) {
        if (session.deadline() == MonotonicTime::max()) std::abort();
        now = session.deadline();
        session.on_time(now);
        drain();
    }
    drain();
    if (!session.closed() || closings != 1 || sent > size * 64 + 100'000) std::abort();
    return 0;
}
