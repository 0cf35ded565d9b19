// The list of places and the file that names a disk, as somebody else may have written them. What parses must
// print to the same text.

#include <cstdlib>

#include "gateway/vault/place_list.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette::vault;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto places = parse_places(text))
        if (parse_places(print_places(*places)) != *places) std::abort();
    if (const auto identity = parse_place_identity(text))
        if (parse_place_identity(print_place_identity(*identity)) != *identity) std::abort();
    return 0;
}
