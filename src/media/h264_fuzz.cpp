// A camera's bytes as Annex B: every unit through every parser, and build/parse of avcC as a round trip.

#include <cstdlib>

#include "media/h264.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::media;
    const ByteView input = std::as_bytes(std::span(data, size));
    const auto units = split_annex_b(input, 1000);
    (void)parse_avcc(input);
    if (!units) return 0;
    std::vector<ByteView> sps;
    std::vector<ByteView> pps;
    for (const ByteView unit : *units) {
        (void)peek_slice_header(unit);
        (void)starts_access_unit(unit);
        if (nal_type(unit) == NalType::sps && sps.size() < 31) sps.push_back(unit);
        if (nal_type(unit) == NalType::pps && pps.size() < 31) pps.push_back(unit);
    }
    const auto record = build_avcc(sps, pps);
    if (!record) return 0;
    const auto parsed = parse_avcc(*record);
    if (!parsed || parsed->sps.size() != sps.size() || parsed->pps.size() != pps.size()) std::abort();
    if (!h264_track_parameters(sps, pps)) std::abort();
    return 0;
}
