#include "gateway/discovery/address_range.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include <arpa/inet.h>

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

// IPv6 addresses as numbers: in C++ there is no type of 128 bits.
using V6 = std::array<std::uint8_t, 16>;
constexpr unsigned v6_bits = 128;

struct ZonedV6 {
    V6 address{};
    std::string zone;  ///< "%eth0", or empty
};

bool is_link_local(const V6& address) {
    return address[0] == 0xfe && (address[1] & 0xc0U) == 0x80;
}

std::optional<ZonedV6> parse_v6(std::string_view text) {
    const auto percent = std::min(text.find('%'), text.size());
    const std::string bare(text.substr(0, percent));
    ZonedV6 out{.address = {}, .zone = std::string(text.substr(percent))};
    if (inet_pton(AF_INET6, bare.c_str(), out.address.data()) != 1) return std::nullopt;
    return out;
}

std::string print_v6(const V6& address, std::string_view zone) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const char* printed = inet_ntop(AF_INET6, address.data(), text.data(), text.size());
    return (printed == nullptr ? std::string() : std::string(printed)) + std::string(zone);
}

void clear_behind(V6& address, unsigned prefix) {
    for (unsigned bit = prefix; bit < v6_bits; ++bit)
        address[bit / 8] = static_cast<std::uint8_t>(address[bit / 8] & ~(0x80U >> bit % 8));
}

void increment(V6& address) {
    for (std::size_t i = address.size(); i-- > 0;)
        if (++address[i] != 0) return;
}

Result<> check_v6(const ZonedV6& zoned) {
    const V6 none{};
    if (zoned.address[0] == 0xff || zoned.address == none)
        return fail(ErrorKind::invalid_input, "Cameras can't have addresses of this range");
    if (is_link_local(zoned.address) && zoned.zone.size() < 2)
        return fail(ErrorKind::invalid_input,
                    "Addresses that begin with fe80 are valid on one network only; name the interface that "
                    "leads to it, as in fe80::1%eth0");
    if (!is_link_local(zoned.address) && !zoned.zone.empty())
        return fail(ErrorKind::invalid_input,
                    "An interface behind % belongs to addresses that begin with fe80 only");
    return {};
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

// What the texts have named so far.
class Expansion {
  public:
    Result<> add(std::string address) {
        if (seen_.contains(address)) return {};
        if (addresses.size() == max_probed_addresses)
            return fail(ErrorKind::invalid_input,
                        "At most {} addresses can be searched at once; use smaller ranges",
                        max_probed_addresses);
        seen_.insert(address);
        addresses.push_back(std::move(address));
        return {};
    }
    std::vector<std::string> addresses;

  private:
    std::set<std::string> seen_;
};

Result<> expand_v6(std::string_view text, Expansion& all) {
    const auto slash = text.find('/');
    auto zoned = parse_v6(trimmed(text.substr(0, slash)));
    const auto prefix =
        slash == std::string_view::npos ? v6_bits : parse_number(trimmed(text.substr(slash + 1)), v6_bits);
    if (!zoned || !prefix)
        return fail(ErrorKind::invalid_input,
                    "This is no IPv6 address and no network; write it as 2001:db8::10, as 2001:db8::/120, or "
                    "as fe80::10%eth0");
    VEDETTE_CHECK(check_v6(*zoned));
    static_assert(max_probed_addresses == 1U << 10);
    if (*prefix < v6_bits - 10)
        return fail(
            ErrorKind::invalid_input,
            "A network of IPv6 with more than {} addresses (/{}) can't be searched one by one; choose "
            "an interface in it instead, or give single addresses",
            max_probed_addresses, v6_bits - 10);
    clear_behind(zoned->address, *prefix);
    const unsigned hosts = 1U << (v6_bits - *prefix);
    for (unsigned i = 0; i < hosts; ++i, increment(zoned->address))
        VEDETTE_CHECK(all.add(print_v6(zoned->address, zoned->zone)));
    return {};
}

}  // namespace

Result<std::vector<std::string>> expand_ranges(const std::vector<std::string>& texts) {
    Expansion all;
    for (const std::string& text : texts) {
        if (text.contains(':')) {
            VEDETTE_CHECK(expand_v6(trimmed(text), all));
            continue;
        }
        const auto range = parse_range(trimmed(text));
        if (!range)
            return fail(ErrorKind::invalid_input,
                        "This is no address range; write it as 192.0.2.10-192.0.2.50, or as 192.0.2.0/24");
        if (!is_unicast(range->first) || !is_unicast(range->last))
            return fail(ErrorKind::invalid_input, "Cameras can't have addresses of this range");
        for (std::uint64_t address = range->first; address <= range->last; ++address)
            VEDETTE_CHECK(all.add(print_v4(static_cast<std::uint32_t>(address))));
    }
    return std::move(all.addresses);
}

bool same_network(std::string_view a, std::string_view b, unsigned prefix_length) {
    if (auto first_v6 = parse_v6(a), second_v6 = parse_v6(b); first_v6 && second_v6) {
        if (prefix_length == 0 || prefix_length > v6_bits || first_v6->zone != second_v6->zone) return false;
        clear_behind(first_v6->address, prefix_length);
        clear_behind(second_v6->address, prefix_length);
        return first_v6->address == second_v6->address;
    }
    const auto first = parse_v4(a);
    const auto second = parse_v4(b);
    if (!first || !second || prefix_length == 0 || prefix_length > 32) return false;
    return *first >> (32 - prefix_length) == *second >> (32 - prefix_length);
}

}  // namespace vedette::gateway::discovery
