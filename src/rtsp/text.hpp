#pragma once
// Reading the text of RTSP and SDP the way cameras write it: blanks in odd places, any case.

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace vedette::rtsp {

/// Without leading and trailing blanks, tabs, CR, LF and NUL.
std::string_view trim(std::string_view text);
/// The first whitespace-separated word; `rest` becomes what follows, trimmed.
std::string_view split_word(std::string_view& rest);

/// ASCII only.
bool equal_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);

/// The part before the first `separator`; `rest` becomes what follows it (empty when there is none).
std::string_view split_off(std::string_view& rest, char separator);

/// The next line without its end (LF or CR LF); `rest` becomes what follows.
std::string_view split_line(std::string_view& rest);

/// A decimal number that is all of the trimmed text and fits T.
template <std::unsigned_integral T>
std::optional<T> parse_number(std::string_view text) {
    text = trim(text);
    T value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace vedette::rtsp
