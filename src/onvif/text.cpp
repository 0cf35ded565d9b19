#include "onvif/text.hpp"

#include "base/utf8.hpp"

namespace vedette::onvif {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t max_bytes) {
    std::string out;
    text = trimmed(text);
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const auto first = static_cast<unsigned char>(text.front());
        const bool control = length == 1 && (first < 0x20 || first == 0x7f);
        // The C1 controls, U+0080 to U+009F.
        const bool control_c1 = length == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
        if (length == 0) {
            text.remove_prefix(1);
            continue;
        }
        if (out.size() + length > max_bytes) break;
        if (control)
            out += ' ';
        else if (!control_c1)
            out += text.substr(0, length);
        text.remove_prefix(length);
    }
    return std::string(trimmed(out));
}

std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace vedette::onvif
