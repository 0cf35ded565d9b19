// JSON bodies into typed input: the first byte chooses which.

#include <cstdint>
#include <cstdlib>

#include "hub/api/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette::hub::api;
    if (size == 0) return 0;
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 7) {
        case 0:
            (void)read_claim(body);
            break;
        case 1:
            (void)read_sign_in(body);
            break;
        case 2:
            // What was accepted holds no credentials in its address, and is an address.
            if (const auto settings = read_new_camera(body);
                settings && authority_of(*settings->main_url).empty())
                std::abort();
            break;
        case 3:
            (void)read_camera_change(body);
            break;
        case 4:
            (void)read_discovery(body);
            break;
        case 5:
            (void)read_inspection(body);
            break;
        default:
            (void)read_camera_test(body);
            break;
    }
    return 0;
}
