// Request targets, cookies and comma lists from anybody.

#include <cstdlib>

#include "net/http_target.hpp"
#include "net/http_wire.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette::net;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Request request;
    request.headers.push_back({"Cookie", std::string(text)});
    static_cast<void>(request.cookie("sid"));
    static_cast<void>(lists_token(text, "upgrade"));
    if (parse_target(text, request)) {
        const bool absolute = request.path.starts_with('/');
        const std::string closed = request.path + "/";
        if (!absolute || closed.find("/../") != std::string::npos || closed.find('\0') != std::string::npos)
            std::abort();
    }
    return 0;
}
