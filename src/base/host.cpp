#include "base/host.hpp"

#include <algorithm>

#include "base/ip_network.hpp"

namespace vedette {

namespace {

// RFC 3986's unreserved characters, of which RFC 6874 makes a zone.
bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == '~';
}

}  // namespace

std::string_view without_zone(std::string_view host) {
    return host.contains(':') ? host.substr(0, host.find('%')) : host;
}

std::string host_told_by(std::string_view reached, std::string_view told) {
    std::string out(without_zone(told));
    const auto address = IpAddress::parse(out);
    if (!address || !address->is_link_local()) return out;
    const std::size_t bare = without_zone(reached).size();
    return out.append(reached.substr(bare));
}

std::string host_in_url(std::string_view host) {
    if (!host.contains(':')) return std::string(host);
    std::string out = "[";
    out += without_zone(host);
    if (const auto percent = host.find('%'); percent != std::string_view::npos) {
        out += "%25";
        out += host.substr(percent + 1);
    }
    return out + "]";
}

std::optional<std::string> host_in_brackets(std::string_view text) {
    const auto percent = text.find('%');
    if (percent == std::string_view::npos) return std::string(text);
    std::string_view zone = text.substr(percent + 1);
    if (zone.starts_with("25")) zone.remove_prefix(2);
    std::string host(text.substr(0, percent));
    if (zone.empty() || !host.contains(':') || !std::ranges::all_of(zone, is_unreserved)) return std::nullopt;
    host += '%';
    host += zone;
    return host;
}

}  // namespace vedette
