// The input as an AudioSpecificConfig and as an ADTS stream.

#include <cstdlib>

#include "media/aac.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::media;
    const ByteView input = std::as_bytes(std::span(data, size));
    if (const auto config = parse_audio_specific_config(input); config && !config->sbr) {
        if (const auto built = build_audio_specific_config(*config)) {
            if (parse_audio_specific_config(*built) != *config) std::abort();
        }
    }
    if (const auto frames = split_adts(input, 1000)) {
        for (const AdtsFrame& frame : *frames)
            if (!build_audio_specific_config(frame.config) || frame.data.empty()) std::abort();
    }
    return 0;
}
