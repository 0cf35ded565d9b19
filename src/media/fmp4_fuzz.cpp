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
    // A track less, whether the others are numbered anew or not.
    const std::uint8_t last = samples.back().track;
    std::vector<std::uint8_t> others;
    for (std::uint8_t track = 0; track < max_tracks; ++track)
        if (track != last) others.push_back(track);
    for (const auto& rest : {select_tracks(input, others), drop_other_tracks(input, others)}) {
        if (rest && rest->empty() &&
            !std::ranges::all_of(samples, [&](const Sample& s) { return s.track == last; }))
            std::abort();
        if (rest && !rest->empty() && !parse_fragment(*rest)) std::abort();
    }
    return 0;
}
