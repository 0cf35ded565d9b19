#include "gateway/discovery/address_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace vedette::gateway::discovery {

namespace {

struct Range {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
};

std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t max) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > max)
        return std::nullopt;
    return value;
}

std::optional<std::uint32_t> parse_v4(std::string_view text) {
    std::uint32_t address = 0;
    for (int part = 0; part < 4; ++part) {
        const auto dot = text.find('.');
        if ((dot == std::string_view::npos) != (part == 3)) return std::nullopt;
        const auto value = parse_number(text.substr(0, dot), 255);
        if (!value) return std::nullopt;
        address = address << 8 | *value;
        text = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
    }
    return address;
}

std::string print_v4(std::uint32_t address) {
    return fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 0xff, address >> 8 & 0xff,
                       address & 0xff);
}

bool is_unicast(std::uint32_t address) {
    const std::uint32_t first = address >> 24;
    return first != 0 && first < 224;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<Range> parse_network(std::string_view text, std::size_t slash) {
    const auto address = parse_v4(trimmed(text.substr(0, slash)));
    const auto prefix = parse_number(trimmed(text.substr(slash + 1)), 32);
    if (!address || !prefix || *prefix == 0) return std::nullopt;
    const std::uint32_t hosts = *prefix == 32 ? 0 : 0xffff'ffffU >> *prefix;
    Range range{.first = *address & ~hosts, .last = *address | hosts};
    if (hosts > 1) {  // its network and its broadcast address
        ++range.first;
        --range.last;
    }
    return range;
}

std::optional<Range> parse_range(std::string_view text) {
    if (const auto slash = text.find('/'); slash != std::string_view::npos) return parse_network(text, slash);
    const auto dash = text.find('-');
    const auto first = parse_v4(trimmed(text.substr(0, dash)));
    if (!first) return std::nullopt;
    if (dash == std::string_view::npos) return Range{.first = *first, .last = *first};
    const std::string_view end = trimmed(text.substr(dash + 1));
    auto last = parse_v4(end);
    if (const auto number = parse_number(end, 255)) last = (*first & 0xffff'ff00U) | *number;
    if (!last || *last < *first) return std::nullopt;
    return Range{.first = *first, .last = *last};
}

}  // namespace

Result<std::vector<std::string>> expand_ranges(const std::vector<std::string>& texts) {
    std::vector<std::string> addresses;
    std::set<std::uint32_t> seen;
    for (const std::string& text : texts) {
        const auto range = parse_range(trimmed(text));
        if (!range)
            return fail(ErrorKind::invalid_input,
                        "This is no address range; write it as 192.0.2.10-192.0.2.50, or as 192.0.2.0/24");
        if (!is_unicast(range->first) || !is_unicast(range->last))
            return fail(ErrorKind::invalid_input, "Cameras can't have addresses of this range");
        for (std::uint64_t address = range->first; address <= range->last; ++address) {
            if (!seen.insert(static_cast<std::uint32_t>(address)).second) continue;
            if (addresses.size() == max_probed_addresses)
                return fail(ErrorKind::invalid_input,
                            "At most {} addresses can be searched at once; use smaller ranges",
                            max_probed_addresses);
            addresses.push_back(print_v4(static_cast<std::uint32_t>(address)));
        }
    }
    return addresses;
}

bool same_network(std::string_view a, std::string_view b, unsigned prefix_length) {
    const auto first = parse_v4(a);
    const auto second = parse_v4(b);
    if (!first || !second || prefix_length == 0 || prefix_length > 32) return false;
    return *first >> (32 - prefix_length) == *second >> (32 - prefix_length);
}

}  // namespace vedette::gateway::discovery
