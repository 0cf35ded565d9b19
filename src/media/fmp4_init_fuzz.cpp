// An initialisation segment from the store: what parses is made again by the muxer with the same meaning.

#include <cstdlib>

#include "media/fmp4.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::media;
    const auto tracks = parse_init_segment(std::as_bytes(std::span(data, size)));
    if (!tracks) return 0;
    if (tracks->empty() || tracks->size() > max_tracks) std::abort();
    const auto segment = init_segment(*tracks);
    if (!segment) return 0;  // e.g. a decoder configuration that is too long for the box
    const auto again = parse_init_segment(*segment);
    if (!again || again->size() != tracks->size()) std::abort();
    for (std::size_t i = 0; i < tracks->size(); ++i)
        if ((*again)[i].codec != (*tracks)[i].codec || (*again)[i].width != (*tracks)[i].width ||
            (*again)[i].sample_rate_hz != (*tracks)[i].sample_rate_hz)
            std::abort();
    std::vector<std::uint8_t> all;
    for (std::size_t i = 0; i < tracks->size(); ++i) all.push_back(static_cast<std::uint8_t>(i));
    const ByteView input = std::as_bytes(std::span(data, size));
    for (const std::size_t count : {all.size(), std::size_t{1}})
        if (const auto kept = select_init_tracks(input, std::span(all).first(count)))
            if (const auto read = parse_init_segment(kept->segment); !read || read->size() != count)
                std::abort();
    if (select_init_tracks(input, {})) std::abort();
    return 0;
}
