#include "hub/identity/api_token_text.hpp"

#include <array>
#include <string>

#include <boost/crc.hpp>

#include "crypto/digest.hpp"

namespace vedette::hub::identity {

namespace {

constexpr std::string_view token_digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::string checksum_of(std::string_view text) {
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    std::uint32_t rest = crc.checksum();
    std::string out(api_token_checksum_characters, token_digits.front());
    for (auto place = out.rbegin(); place != out.rend(); ++place, rest /= token_digits.size())
        *place = token_digits[rest % token_digits.size()];
    return out;
}

}  // namespace

Secret make_api_token() {
    // Each character equally likely: bytes that would favour some are thrown again.
    constexpr std::size_t usable = 256 / token_digits.size() * token_digits.size();
    std::string text(api_token_prefix);
    while (text.size() < api_token_prefix.size() + api_token_random_characters) {
        std::array<std::byte, 1> one{};
        crypto::random_bytes(one);
        const auto value = std::to_integer<std::size_t>(one[0]);
        if (value < usable) text += token_digits[value % token_digits.size()];
    }
    text += checksum_of(text);
    return Secret(std::string_view(text));
}

ApiTokenForm form_of_api_token(std::string_view text) {
    if (!text.starts_with(api_token_prefix)) return ApiTokenForm::something;
    if (text.size() != api_token_characters ||
        text.substr(api_token_prefix.size()).find_first_not_of(token_digits) != std::string_view::npos)
        return ApiTokenForm::damaged;
    const std::size_t end = text.size() - api_token_checksum_characters;
    return checksum_of(text.substr(0, end)) == text.substr(end) ? ApiTokenForm::whole : ApiTokenForm::damaged;
}

}  // namespace vedette::hub::identity
