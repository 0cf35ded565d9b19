#include "hub/identity/rules.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/hex.hpp"
#include "crypto/digest.hpp"
#include "hub/identity/common_passwords.hpp"
#include "hub/identity/types.hpp"

namespace vedette::hub::identity {

namespace {

constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t claim_code_characters = 16;
constexpr std::size_t recovery_code_characters = 24;
constexpr std::size_t code_group = 4;

// What guessers try first among those that are long enough. Compared without case, digits at the end and
// separators, so that a few words cover many variants.
constexpr auto common_words = std::to_array<std::string_view>({
    "password",
    "passwordpassword",
    "passwordpasswordpassword",
    "mypassword",
    "mypasswordis",
    "thisismypassword",
    "letmein",
    "letmeinletmein",
    "iloveyou",
    "iloveyousomuch",
    "iloveyouforever",
    "administrator",
    "administratoradministrator",
    "adminadmin",
    "adminadminadmin",
    "adminpassword",
    "administratorpassword",
    "rootrootroot",
    "rootpassword",
    "changeme",
    "changemechangeme",
    "changemeplease",
    "pleasechangeme",
    "welcome",
    "welcomewelcome",
    "welcometovedette",
    "defaultpassword",
    "secretpassword",
    "supersecretpassword",
    "securepassword",
    "camera",
    "cameracamera",
    "cameracameracamera",
    "camerapassword",
    "securitycamera",
    "surveillance",
    "surveillancecamera",
    "vedette",
    "vedettevedette",
    "vedettevedettevedette",
    "vedettepassword",
    "qwertyuiop",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertyuiopasdfghjkl",
    "qwertyuiopasdf",
    "qwertyqwerty",
    "qwertyqwertyqwerty",
    "asdfghjkl",
    "asdfghjklasdfghjkl",
    "zxcvbnmzxcvbnm",
    "zxcvbnmasdfghjklqwertyuiop",
    "abcdefghijklmno",
    "abcdefghijklmnop",
    "abcdefghijklmnopqrstuvwxyz",
    "correcthorsebatterystaple",
});

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

bool is_letter_or_above(char c) {
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

// Letters alone: "Password-2026!" and "pass word" are both "password".
std::string letters_of(std::string_view lower_case) {
    std::string out;
    std::ranges::copy_if(lower_case, std::back_inserter(out), is_letter_or_above);
    return out;
}

// One short pattern again and again ("abcabcabcabcabc"), or a run along the code table ("123456...").
bool is_monotonous(std::string_view text) {
    for (std::size_t period = 1; period <= 4; ++period)
        if (std::equal(text.begin() + static_cast<std::ptrdiff_t>(period), text.end(), text.begin()))
            return true;
    std::size_t steps = 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
        const int step = text[i] - text[i - 1];
        steps += step == 1 || step == -1 || step == -9 || step == 9;
    }
    return steps * 10 >= (text.size() - 1) * 9;
}

bool is_common(std::string_view lower_case) {
    const std::string letters = letters_of(lower_case);
    const bool mostly_letters = letters.size() + 6 >= lower_case.size();
    return mostly_letters && std::ranges::find(common_words, letters) != common_words.end();
}

template <std::size_t characters>
Secret make_code() {
    std::array<std::byte, characters> random{};
    crypto::random_bytes(random);
    std::string code;
    for (std::size_t i = 0; i < random.size(); ++i) {
        if (i > 0 && i % code_group == 0) code += '-';
        code += crockford[std::to_integer<std::size_t>(random[i]) % crockford.size()];  // 256 is 8 * 32
    }
    return Secret(std::string_view(code));
}

}  // namespace

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::optional<std::string> clean_username(std::string_view text) {
    constexpr std::string_view white = " \t\r\n\f\v";
    const std::size_t first = text.find_first_not_of(white);
    if (first == std::string_view::npos) return std::nullopt;
    text = text.substr(first, text.find_last_not_of(white) - first + 1);
    if (count_characters(text) > max_username_characters) return std::nullopt;
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (std::ranges::any_of(text, is_control)) return std::nullopt;
    return std::string(text);
}

std::string username_key(std::string_view cleaned) {
    return lowered(cleaned);
}

std::optional<std::string> password_fault(std::string_view password, std::string_view username) {
    const std::size_t characters = count_characters(password);
    if (characters < min_password_characters)
        return fmt::format("The password needs at least {} characters; a few words are easy to remember",
                           min_password_characters);
    if (characters > max_password_characters)
        return fmt::format("The password may have at most {} characters", max_password_characters);
    const std::string lower_case = lowered(password);
    if (is_monotonous(lower_case) || is_common(lower_case) || is_made_of_common_passwords(lower_case))
        return "This password is among the first that are guessed; choose another";
    const std::string key = username_key(username);
    if (key.size() >= 4 && letters_of(lower_case) == letters_of(key) && !letters_of(key).empty())
        return "The password must not be the user name; choose another";
    return std::nullopt;
}

Secret make_claim_code() {
    return make_code<claim_code_characters>();
}

Secret make_recovery_code() {
    return make_code<recovery_code_characters>();
}

Secret make_sign_in_token() {
    Bytes random(token_bytes);
    crypto::random_bytes(random);
    return Secret(std::string_view(to_hex(random)));
}

std::string normalise_claim_code(std::string_view typed) {
    std::string code;
    for (const char c : typed) {
        if (c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        code += upper == 'O' ? '0' : upper == 'I' || upper == 'L' ? '1' : upper;
    }
    return code;
}

}  // namespace vedette::hub::identity
