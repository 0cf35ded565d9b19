// A camera's access unit, behind a decoder configuration that is a camera's as well: what may stay in clear
// lies in the unit, in order, behind what has to be sealed of it.

#include <cstdlib>

#include "media/clear_parts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::media;
    ByteReader in(std::as_bytes(std::span(data, size)));
    TrackParameters track;
    track.codec = (in.u8() & 1) != 0 ? Codec::h265 : Codec::h264;
    const std::size_t sealed_start = in.u8();
    const ByteView config = in.take(in.u16());
    track.decoder_config.assign(config.begin(), config.end());
    const ByteView unit = in.rest();
    if (in.failed()) return 0;

    constexpr std::uint32_t at = 1000;
    std::vector<ByteRange> ranges{{1, 2}};
    const ClearParts parts(track, sealed_start);
    parts.append(unit, at, ranges);
    if (!parts.any() && ranges.size() != 1) std::abort();
    std::size_t end = at;
    for (std::size_t i = 1; i < ranges.size(); ++i) {
        if (ranges[i].offset < end + sealed_start + 4 || ranges[i].size < least_clear_rest) std::abort();
        end = std::size_t{ranges[i].offset} + ranges[i].size;
    }
    if (end > at + unit.size()) std::abort();
    return 0;
}
