#include "base/ip_network.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

namespace vedette {

namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::uint8_t mapped_bits = 96;
constexpr std::uint8_t all_bits = 128;

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    const std::string address(text.substr(0, text.find('%')));
    IpAddress out;
    if (address.size() != std::strlen(address.c_str())) return std::nullopt;
    if (::inet_pton(AF_INET6, address.c_str(), out.bytes_.data()) == 1) return out;
    if (address.size() != text.size()) return std::nullopt;  // zones are IPv6's
    std::ranges::copy(mapped_prefix, out.bytes_.begin());
    if (::inet_pton(AF_INET, address.c_str(), out.bytes_.data() + mapped_prefix.size()) == 1) return out;
    return std::nullopt;
}

bool IpAddress::is_v4() const {
    return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes_.begin());
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    IpNetwork network;
    const auto first = IpAddress::parse(text.substr(0, slash));
    if (!first || text.contains('%')) return std::nullopt;
    network.first_ = *first;
    if (slash == text.size()) return network;

    const bool v4 = !text.contains(':');
    const std::string_view digits = text.substr(slash + 1);
    const auto* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, network.prefix_);
    if (error != std::errc() || stop != end || network.prefix_ > (v4 ? 32 : all_bits)) return std::nullopt;
    if (v4) network.prefix_ += mapped_bits;
    for (std::size_t bit = network.prefix_; bit < all_bits; ++bit)
        if ((network.first_.bytes()[bit / 8] >> (7 - bit % 8) & 1) != 0) return std::nullopt;
    return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
    const auto& a = first_.bytes();
    const auto& b = address.bytes();
    const std::size_t whole = prefix_ / 8;
    if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
    const unsigned rest = prefix_ % 8;
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

std::string IpNetwork::text() const {
    std::array<char, INET6_ADDRSTRLEN> out{};
    const bool v4 = first_.is_v4() && prefix_ >= mapped_bits;
    if (v4)
        ::inet_ntop(AF_INET, first_.bytes().data() + mapped_prefix.size(), out.data(), out.size());
    else
        ::inet_ntop(AF_INET6, first_.bytes().data(), out.data(), out.size());
    std::string text = out.data();
    if (prefix_ < all_bits) text += '/' + std::to_string(v4 ? prefix_ - mapped_bits : prefix_);
    return text;
}

}  // namespace vedette
