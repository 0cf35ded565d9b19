#include <cstdlib>

#include "base/bytes.hpp"
#include "onvif/answers.hpp"
#include "onvif/discovery.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::onvif;
    const auto message = parse_discovery(as_text(std::as_bytes(std::span(data, size))));
    if (!message) return 0;
    const auto* matches = std::get_if<ProbeMatches>(&*message);
    if (matches == nullptr) return 0;
    for (const DiscoveredDevice& device : matches->devices) {
        (void)scope_value(device.scopes, "name");
        (void)normal_uuid(device.endpoint);
        // What we would write about it is read back as the same.
        const auto again = parse_discovery(write_probe_match("1", matches->relates_to, device));
        if (!again) std::abort();
        const auto* same = std::get_if<ProbeMatches>(&*again);
        if (same == nullptr || same->devices.size() != 1 || same->devices.front() != device) std::abort();
    }
    return 0;
}
