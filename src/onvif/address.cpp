#include "onvif/address.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/host.hpp"

namespace vedette::onvif {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_scheme_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':';
}

// Names of interfaces are as they are.
std::string lower_but_zone(std::string_view host) {
    const std::string_view bare = without_zone(host);
    return lower(bare) + std::string(host.substr(bare.size()));
}

// Splits host and port; IPv6 stands in brackets.
bool read_authority(std::string_view text, Address& address) {
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return false;
        const auto host = host_in_brackets(text.substr(1, end - 1));
        if (!host) return false;
        address.host = lower_but_zone(*host);
        port = text.substr(end + 1);
        if (!port.empty() && !port.starts_with(':')) return false;
    } else {
        const auto colon = text.find(':');
        address.host = lower(text.substr(0, colon));
        if (address.host.contains(':')) return false;
        if (colon != std::string_view::npos) port = text.substr(colon);
    }
    const std::string_view bare = without_zone(address.host);
    if (bare.empty() || !std::ranges::all_of(bare, is_host_character)) return false;
    if (port.size() <= 1) return true;  // none, or ":" alone
    port.remove_prefix(1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    return error == std::errc() && end == port.data() + port.size() && address.port != 0;
}

}  // namespace

std::string Address::text() const {
    std::string out = scheme + "://";
    out += host_in_url(host);
    if (port != 0) out += fmt::format(":{}", port);
    return out + path;
}

std::optional<Address> parse_address(std::string_view text) {
    if (text.size() > max_address_bytes) return std::nullopt;
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }))
        return std::nullopt;
    const auto slashes = text.find("://");
    if (slashes == std::string_view::npos || slashes == 0) return std::nullopt;
    Address address;
    if (!std::ranges::all_of(text.substr(0, slashes), is_scheme_character)) return std::nullopt;
    address.scheme = lower(text.substr(0, slashes));
    std::string_view rest = text.substr(slashes + 3);
    const auto path = rest.find_first_of("/?#");
    std::string_view authority = rest.substr(0, path);
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
    if (!read_authority(authority, address)) return std::nullopt;
    address.path = path == std::string_view::npos ? "/" : std::string(rest.substr(path));
    address.path = address.path.substr(0, address.path.find('#'));
    if (!address.path.starts_with('/')) address.path.insert(0, "/");
    return address;
}

Place place_of(std::string_view told, const Place& own) {
    const auto address = parse_address(told);
    const bool plain = address && address->scheme == "http";
    const bool secure = address && address->scheme == "https";
    if (!plain && !secure) return own;
    Place place{.port = own.port, .path = address->path, .secure = own.secure};
    const std::uint16_t usual = secure ? 443 : 80;
    if (secure == own.secure) place.port = address->port == 0 ? usual : address->port;
    return place;
}

std::optional<Believed> believe(std::string_view told, std::string_view scheme, std::string_view host) {
    auto address = parse_address(told);
    if (!address || address->scheme != scheme) return std::nullopt;
    const std::string chosen = lower_but_zone(host);
    Believed believed{.address = *std::move(address), .rewritten = false};
    believed.rewritten = without_zone(believed.address.host) != without_zone(chosen);
    believed.address.host = chosen;
    return believed;
}

}  // namespace vedette::onvif
