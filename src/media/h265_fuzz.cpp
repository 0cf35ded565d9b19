// A camera's bytes as Annex B: every unit through every parser, and build/parse of hvcC as a round trip.

#include <cstdlib>

#include "media/h265.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::media;
    const ByteView input = std::as_bytes(std::span(data, size));
    (void)parse_hvcc(input);
    const auto units = split_annex_b(input, 1000);
    if (!units) return 0;
    HevcParameterSets sets;
    for (const ByteView unit : *units) {
        (void)starts_hevc_access_unit(unit);
        (void)hevc_parameter_set_id(unit);
        if (const auto sps = parse_hevc_sps(unit); sps && (sps->width == 0 || sps->id > 15)) std::abort();
        const auto keep = [&](HevcNalType type, std::vector<Bytes>& list) {
            if (hevc_nal_type(unit[0]) == type && list.size() < 60)
                list.emplace_back(unit.begin(), unit.end());
        };
        keep(HevcNalType::vps, sets.vps);
        keep(HevcNalType::sps, sets.sps);
        keep(HevcNalType::pps, sets.pps);
    }
    const auto record = build_hvcc(sets);
    if (!record) return 0;
    const auto parsed = parse_hvcc(*record);
    if (!parsed || *parsed != sets) std::abort();
    if (!h265_track_parameters(sets)) std::abort();
    return 0;
}
