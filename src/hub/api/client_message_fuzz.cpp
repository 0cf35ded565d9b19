#include <cstdint>
#include <cstdlib>

#include "hub/api/client_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette::hub::api;
    if (const auto sound = parse_talk_sound(std::as_bytes(std::span(data, size))))
        if (sound->samples.empty() || sound->samples.size() > max_talk_samples) std::abort();
    const auto message = parse_client_message({reinterpret_cast<const char*>(data), size});
    if (!message) return 0;
    const auto channel = std::visit([](const auto& m) { return m.channel; }, *message);
    if (channel == 0) std::abort();
    return 0;
}
