// The input as OBUs one after another, as a sequence header, and as an av1C record.

#include <cstdlib>

#include "media/av1.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::media;
    const ByteView input = std::as_bytes(std::span(data, size));
    (void)av1_track_parameters_of_record(input);
    const auto obu = parse_obu(input);
    if (!obu) return 0;
    ByteWriter written;
    write_obu(written, *obu);
    const auto again = parse_obu(written.view());
    if (!again || again->type != obu->type || !std::ranges::equal(again->payload, obu->payload)) std::abort();
    if (const auto sequence = parse_av1_sequence(obu->payload)) (void)begins_av1_key_frame(input, *sequence);
    const auto track = av1_track_parameters(*obu);
    if (!track) return 0;
    const auto back = av1_track_parameters_of_record(track->decoder_config);
    if (!back || *back != *track) std::abort();
    return 0;
}
