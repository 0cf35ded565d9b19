// Leaf and personal part: what is read is written again as it was.

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "hub/audit/entry.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    const ByteView bytes = std::as_bytes(std::span(data, size));
    if (const auto leaf = hub::audit::parse_leaf(bytes))
        if (!std::ranges::equal(hub::audit::write_leaf(*leaf), bytes)) std::abort();
    if (const auto personal = hub::audit::parse_personal(bytes)) {
        hub::audit::Salt salt;
        std::ranges::copy(bytes.first(salt.size()), salt.begin());
        if (!std::ranges::equal(hub::audit::write_personal(*personal, salt), bytes)) std::abort();
    }
    return 0;
}
