#pragma once

#include <string_view>

namespace vedette::hub::mail {

constexpr std::size_t max_address_bytes = 254;  // RFC 5321 section 4.5.3.1.3, without the brackets

/// Whether mail can be sent there: "name@host", letters of ASCII alone, nothing that could end a line or a
/// command. Quoted names and names beyond ASCII (RFC 6531) are not taken. Pure.
bool is_address(std::string_view text);

}  // namespace vedette::hub::mail
