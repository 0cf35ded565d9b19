#include "hub/identity/common_passwords.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace vedette::hub::identity {

namespace {

// Sorted.
constexpr auto password_words = std::to_array<std::string_view>({
#include "hub/identity/common_password_words.inc"
});
static_assert(password_words.size() >= 3'000);

constexpr std::size_t longest_word = [] {
    std::size_t longest = 0;
    for (const std::string_view word : password_words) longest = std::max(longest, word.size());
    return longest;
}();

bool is_word(std::string_view text) {
    return std::ranges::binary_search(password_words, text);
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

std::string unmasked(std::string_view text) {
    constexpr std::string_view masks = "@4301!$57";
    constexpr std::string_view letters = "aaeolisst";
    std::string out(text);
    for (char& c : out)
        if (const std::size_t at = masks.find(c); at != std::string_view::npos) c = letters[at];
    return out;
}

// Whether the letters of `text` are at most two words, or one again and again; what is no letter may stand
// around them.
bool splits(std::string_view text) {
    constexpr unsigned none = 3;
    // For each place: the fewest words that the letters before it are made of.
    std::vector<unsigned> fewest(text.size() + 1, none);
    fewest[0] = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (fewest[at] == none) continue;
        if (!is_letter(text[at])) fewest[at + 1] = std::min(fewest[at + 1], fewest[at]);
        if (fewest[at] == 2) continue;
        for (std::size_t size = 3; size <= std::min(longest_word, text.size() - at); ++size)
            if (is_word(text.substr(at, size)))
                fewest[at + size] = std::min(fewest[at + size], fewest[at] + 1);
    }
    return fewest[text.size()] == 1 || fewest[text.size()] == 2;
}

bool repeats(std::string_view text) {
    std::string letters;
    std::ranges::copy_if(text, std::back_inserter(letters), is_letter);
    for (std::size_t size = 3; size <= std::min(longest_word, letters.size() / 2); ++size) {
        if (letters.size() % size != 0 || !is_word(std::string_view(letters).substr(0, size))) continue;
        if (std::equal(letters.begin() + static_cast<std::ptrdiff_t>(size), letters.end(), letters.begin()))
            return true;
    }
    return false;
}

}  // namespace

bool is_made_of_common_passwords(std::string_view lower_case) {
    if (splits(lower_case) || repeats(lower_case)) return true;
    const std::string letters = unmasked(lower_case);
    return splits(letters) || repeats(letters);
}

std::size_t common_password_count() {
    return password_words.size();
}

}  // namespace vedette::hub::identity
