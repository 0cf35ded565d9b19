#include <cstdlib>

#include "base/bytes.hpp"
#include "onvif/address.hpp"
#include "onvif/answers.hpp"
#include "onvif/ssdp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::onvif;
    const auto message = parse_ssdp(as_text(std::as_bytes(std::span(data, size))));
    if (!message) return 0;
    (void)uuid_of(message->name);
    // An address that was read is one: its text is read as the same.
    if (const auto address = parse_address(message->location))
        if (parse_address(address->text()) != address) std::abort();
    return 0;
}
