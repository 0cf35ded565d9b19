// Paths into routes: the first byte is the method.

#include <cstdint>
#include <cstdlib>

#include "hub/api/router.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    if (size == 0) return 0;
    const auto method = static_cast<net::Method>(data[0] % 8);
    const std::string_view path(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto found = hub::api::find_route(method, path);
    const auto* match = std::get_if<hub::api::Match>(&found);
    // No path below /api/ is the web client's.
    if (match && !match->route->is_documented() && path.starts_with("/api/")) std::abort();
    return 0;
}
