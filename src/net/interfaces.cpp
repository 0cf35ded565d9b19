#include "net/interfaces.hpp"

#include <bit>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace vedette::net {

namespace {

sockaddr_in to_v4(const sockaddr* address) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    return v4;
}

}  // namespace

std::vector<InterfaceAddress> interface_addresses() {
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) return {};
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(first, &freeifaddrs);
    std::vector<InterfaceAddress> found;
    for (const ifaddrs* at = first; at != nullptr; at = at->ifa_next) {
        if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET || (at->ifa_flags & IFF_UP) == 0)
            continue;
        char text[INET_ADDRSTRLEN] = {};
        const sockaddr_in address = to_v4(at->ifa_addr);
        if (inet_ntop(AF_INET, &address.sin_addr, text, sizeof text) == nullptr) continue;
        unsigned prefix = 32;
        if (at->ifa_netmask != nullptr)
            prefix = static_cast<unsigned>(std::popcount(ntohl(to_v4(at->ifa_netmask).sin_addr.s_addr)));
        found.push_back({.name = at->ifa_name,
                         .address = text,
                         .prefix_length = prefix,
                         .loopback = (at->ifa_flags & IFF_LOOPBACK) != 0});
    }
    return found;
}

}  // namespace vedette::net
