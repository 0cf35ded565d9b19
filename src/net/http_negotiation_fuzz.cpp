// Accept-Encoding and If-None-Match from anybody.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/http_negotiation.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette::net;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static_cast<void>(matches_etag(text, "\"a\""));
    // What a list takes does not hang on what is said about other codings behind it.
    if (accepts_coding(text, "gzip") && text.find('*') == std::string_view::npos &&
        !accepts_coding(std::string(text) + ",br;q=0", "gzip"))
        std::abort();
    return 0;
}
