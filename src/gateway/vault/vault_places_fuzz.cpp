// The list of places, the file that names a disk, and the one that tells whether a recorder runs, as somebody
// else may have written them. What parses must
// print to the same text.

#include <cstdlib>

#include "gateway/vault/place_list.hpp"
#include "gateway/vault/sign_of_life.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette::vault;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto places = parse_places(text))
        if (parse_places(print_places(*places)) != *places) std::abort();
    if (const auto identity = parse_place_identity(text))
        if (parse_place_identity(print_place_identity(*identity)) != *identity) std::abort();
    if (const auto sign = parse_sign_of_life(text))
        if (print_sign_of_life(*sign) != text) std::abort();
    return 0;
}
