#include "hub/mail/address.hpp"

#include <algorithm>

namespace vedette::hub::mail {

namespace {

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Dots separate, and stand at neither end (RFC 5321 section 4.1.2).
template <class Allowed>
bool is_dotted(std::string_view text, Allowed allowed) {
    return !text.empty() && text.front() != '.' && text.back() != '.' &&
           text.find("..") == std::string_view::npos &&
           std::ranges::all_of(text, [&](char c) { return c == '.' || allowed(c); });
}

}  // namespace

bool is_address(std::string_view text) {
    constexpr std::string_view specials = "!#$%&'*+-/=?^_`{|}~";
    constexpr std::size_t max_local = 64;
    const std::size_t at = text.rfind('@');  // npos, where there is none, is more than any address has
    if (at > max_local || text.size() > max_address_bytes) return false;
    return is_dotted(
               text.substr(0, at),
               [&](char c) { return is_alphanumeric(c) || specials.find(c) != std::string_view::npos; }) &&
           is_dotted(text.substr(at + 1), [](char c) { return is_alphanumeric(c) || c == '-'; });
}

}  // namespace vedette::hub::mail
