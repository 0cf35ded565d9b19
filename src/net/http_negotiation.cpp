#include "net/http_negotiation.hpp"

#include <algorithm>
#include <optional>

namespace vedette::net {

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// What stands before the next `mark`; `text` keeps what stands after it.
std::string_view cut(std::string_view& text, char mark) {
    const auto at = text.find(mark);
    const std::string_view part = text.substr(0, at);
    text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
    return trimmed(part);
}

bool same_word(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

// RFC 9110 section 12.4.2: 0 to 1 with at most three decimals. Only whether it is zero matters here.
bool is_positive_weight(std::string_view q) {
    if (q.empty() || q.size() > 5 || (q.front() != '0' && q.front() != '1')) return false;
    if (q.size() > 1 && q[1] != '.') return false;
    if (!std::ranges::all_of(q.substr(std::min<std::size_t>(2, q.size())),
                             [](char c) { return c >= '0' && c <= '9'; }))
        return false;
    return q.find_first_of("123456789") != std::string_view::npos;
}

bool has_positive_weight(std::string_view parameters) {
    while (!parameters.empty()) {
        std::string_view parameter = cut(parameters, ';');
        if (const std::string_view name = cut(parameter, '='); same_word(name, "q"))
            return is_positive_weight(trimmed(parameter));
    }
    return true;
}

}  // namespace

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
    std::optional<bool> by_wildcard;
    while (!accept_encoding.empty()) {
        std::string_view item = cut(accept_encoding, ',');
        const std::string_view name = cut(item, ';');
        if (same_word(name, coding)) return has_positive_weight(item);
        if (name == "*") by_wildcard = has_positive_weight(item);
    }
    return by_wildcard.value_or(false);
}

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
    if (trimmed(if_none_match) == "*") return true;
    // Our tags have no comma in them, so a foreign one that is cut in two matches none.
    while (!if_none_match.empty()) {
        std::string_view candidate = cut(if_none_match, ',');
        if (candidate.starts_with("W/")) candidate.remove_prefix(2);
        if (candidate == etag) return true;
    }
    return false;
}

}  // namespace vedette::net
