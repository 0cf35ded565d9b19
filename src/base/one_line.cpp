#include "base/one_line.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace vedette {

std::string on_one_line(std::string text) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (std::ranges::none_of(text, is_control)) return text;
    std::string out;
    for (const char c : text)
        if (is_control(c))
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            out += c;
    return out;
}

}  // namespace vedette
