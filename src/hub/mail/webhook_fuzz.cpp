// Addresses of webhooks and telephone numbers, as an administrator or a user types them.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hub/mail/webhook.hpp"

using namespace vedette::hub;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto place = mail::parse_webhook_url(text)) {
        if (place->host.empty() || place->port == 0 || !place->target.starts_with('/')) std::abort();
        if (place->target.find_first_of(" \r\n#") != std::string::npos) std::abort();
    }
    const std::string number = mail::normalise_phone_number(text);
    if (mail::is_phone_number(number) && mail::normalise_phone_number(number) != number) std::abort();
    return 0;
}
