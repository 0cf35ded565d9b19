// The input as StreamMuxConfig, and as AudioMuxElements with and without a configuration in band.

#include <cstdlib>

#include "media/aac.hpp"
#include "media/latm.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::media;
    const ByteView input = std::as_bytes(std::span(data, size));
    const auto config = parse_latm_config(input);
    if (config && !parse_audio_specific_config(config->audio_config)) std::abort();
    for (const bool in_band : {false, true}) {
        const auto element = parse_latm_element(input, in_band, config ? &*config : nullptr);
        if (!element) continue;
        for (const Bytes& frame : element->frames)
            if (frame.empty() || frame.size() > size) std::abort();
    }
    return 0;
}
