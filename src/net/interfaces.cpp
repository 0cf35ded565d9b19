#include "net/interfaces.hpp"

#include <bit>
#include <cstring>
#include <memory>
#include <optional>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace vedette::net {

namespace {

template <class T>
T as(const sockaddr* address) {
    T copy{};
    std::memcpy(&copy, address, sizeof copy);
    return copy;
}

bool is_v6(const sockaddr* address) {
    return address->sa_family == AF_INET6;
}

unsigned ones(const in6_addr& mask) {
    unsigned count = 0;
    for (const unsigned char byte : mask.s6_addr) count += static_cast<unsigned>(std::popcount(byte));
    return count;
}

std::optional<InterfaceAddress> describe(const ifaddrs& at) {
    char text[INET6_ADDRSTRLEN] = {};
    InterfaceAddress found{.name = at.ifa_name,
                           .address = {},
                           .prefix_length = 32,
                           .loopback = (at.ifa_flags & IFF_LOOPBACK) != 0};
    if (is_v6(at.ifa_addr)) {
        const auto address = as<sockaddr_in6>(at.ifa_addr);
        if (inet_ntop(AF_INET6, &address.sin6_addr, text, sizeof text) == nullptr) return std::nullopt;
        found.address = text;
        if (IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr)) found.address += "%" + found.name;
        found.prefix_length =
            at.ifa_netmask == nullptr ? 128 : ones(as<sockaddr_in6>(at.ifa_netmask).sin6_addr);
        return found;
    }
    const auto address = as<sockaddr_in>(at.ifa_addr);
    if (inet_ntop(AF_INET, &address.sin_addr, text, sizeof text) == nullptr) return std::nullopt;
    found.address = text;
    if (at.ifa_netmask != nullptr)
        found.prefix_length =
            static_cast<unsigned>(std::popcount(as<sockaddr_in>(at.ifa_netmask).sin_addr.s_addr));
    return found;
}

}  // namespace

std::vector<InterfaceAddress> interface_addresses() {
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) return {};
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(first, &freeifaddrs);
    std::vector<InterfaceAddress> found;
    for (const ifaddrs* at = first; at != nullptr; at = at->ifa_next) {
        if (at->ifa_addr == nullptr || (at->ifa_flags & IFF_UP) == 0) continue;
        if (at->ifa_addr->sa_family != AF_INET && !is_v6(at->ifa_addr)) continue;
        if (auto one = describe(*at)) found.push_back(*std::move(one));
    }
    return found;
}

std::string interface_with(const std::string& address) {
    for (const InterfaceAddress& one : interface_addresses())
        if (one.address == address) return one.name;
    return {};
}

}  // namespace vedette::net
