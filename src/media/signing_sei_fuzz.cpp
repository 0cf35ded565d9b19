// A NAL unit of H.264 or H.265 that may be a camera's signature.

#include <cstdlib>

#include "media/signing_sei.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::media;
    if (size < 1) return 0;
    const ByteView input = std::as_bytes(std::span(data, size));
    const Codec codec = (data[0] & 1) != 0 ? Codec::h265 : Codec::h264;
    const ByteView nal = input.subspan(1);
    (void)signed_unit(codec, nal);
    const auto sei = parse_signing_sei(codec, nal);
    if (!sei) return 0;
    if (!signing_scheme(codec, nal) || signed_unit(codec, nal) != SignedUnit::none) std::abort();
    if (sei->hashes.size() > max_signed_hashes || sei->hashed.empty() || sei->hashed.size() > nal.size())
        std::abort();
    if (!sei->signature.empty() && sei->hashed.size() >= nal.size()) std::abort();
    return 0;
}
