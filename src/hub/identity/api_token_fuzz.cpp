// What comes in an Authorization header: only what make_api_token() writes is whole.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "hub/identity/api_token_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette::hub::identity;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (form_of_api_token(text) == ApiTokenForm::whole) {
        // Any other last character makes it another checksum.
        std::string other(text);
        other.back() = other.back() == 'A' ? 'B' : 'A';
        if (form_of_api_token(other) != ApiTokenForm::damaged) std::abort();
    }
    const auto token = make_api_token();
    if (form_of_api_token(token.reveal_text()) != ApiTokenForm::whole) std::abort();
    return 0;
}
