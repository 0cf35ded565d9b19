// A stored fragment: what parses must be exactly what the muxer would write from it.

#include <cstdlib>

#include "media/fmp4.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::media;
    const ByteView input = std::as_bytes(std::span(data, size));
    const auto fragment = parse_fragment(input);
    if (!fragment) return 0;
    std::vector<Sample> samples;
    for (const FragmentSample& s : fragment->samples) samples.push_back(s.sample);
    const auto header = fragment_header(fragment->sequence, samples);
    if (!header || header->bytes.size() != fragment->header_size) std::abort();
    if (!std::ranges::equal(header->bytes, input.first(fragment->header_size))) std::abort();

    Bytes copy(input.begin(), input.end());
    const std::int64_t zero[max_tracks] = {};
    if (!rebase_fragment(copy, zero) || !std::ranges::equal(copy, input)) std::abort();
    return 0;
}
