#include "gateway/discovery/address_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include <boost/asio/ip/network_v6.hpp>

namespace vedette::gateway::discovery {

namespace ip = boost::asio::ip;

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

constexpr unsigned v6_bits = 128;

struct ZonedV6 {
    ip::address_v6 address;
    std::string zone;  ///< "%eth0", or empty
};

// The zone is kept as text: it need not be of an interface that is there.
std::optional<ZonedV6> parse_v6(std::string_view text) {
    const auto percent = std::min(text.find('%'), text.size());
    boost::system::error_code error;
    const auto address = ip::make_address_v6(text.substr(0, percent), error);
    if (error) return std::nullopt;
    return ZonedV6{.address = address, .zone = std::string(text.substr(percent))};
}

Result<> check_v6(const ZonedV6& zoned) {
    if (zoned.address.is_multicast() || zoned.address.is_unspecified())
        return fail(ErrorKind::invalid_input, "Cameras can't have addresses of this range");
    if (zoned.address.is_link_local() && zoned.zone.size() < 2)
        return fail(ErrorKind::invalid_input,
                    "Addresses that begin with fe80 are valid on one network only; name the interface that "
                    "leads to it, as in fe80::1%eth0");
    if (!zoned.address.is_link_local() && !zoned.zone.empty())
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
    const ip::network_v6 network(zoned->address, static_cast<unsigned short>(*prefix));
    for (const ip::address_v6& address : network.hosts())
        VEDETTE_CHECK(all.add(address.to_string() + zoned->zone));
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
    if (const auto first_v6 = parse_v6(a), second_v6 = parse_v6(b); first_v6 && second_v6) {
        if (prefix_length == 0 || prefix_length > v6_bits || first_v6->zone != second_v6->zone) return false;
        const auto prefix = static_cast<unsigned short>(prefix_length);
        return ip::network_v6(first_v6->address, prefix).canonical() ==
               ip::network_v6(second_v6->address, prefix).canonical();
    }
    const auto first = parse_v4(a);
    const auto second = parse_v4(b);
    if (!first || !second || prefix_length == 0 || prefix_length > 32) return false;
    return *first >> (32 - prefix_length) == *second >> (32 - prefix_length);
}

}  // namespace vedette::gateway::discovery
