#include <algorithm>
#include <cstdlib>

#include "rtsp/sdes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::rtsp;
    const auto key = parse_sdes(as_text(std::as_bytes(std::span(data, size))));
    if (!key || key->mki.size() > 8) return 0;  // longer ones have leading zeros only
    const auto again = parse_sdes(print_sdes(*key, 1));
    if (!again || again->suite != key->suite || again->mki != key->mki ||
        !std::ranges::equal(again->master.reveal(), key->master.reveal()))
        std::abort();
    return 0;
}
