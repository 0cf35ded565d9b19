#include "gateway/discovery/choice.hpp"

#include <algorithm>

#include "gateway/discovery/address_range.hpp"

namespace vedette::gateway::discovery {

namespace {

enum class Kind { v4, v6, link_local };

Kind kind_of(const wire::FoundCamera& camera) {
    if (!camera.address.contains(':')) return Kind::v4;
    return camera.address.contains('%') ? Kind::link_local : Kind::v6;
}

int rank_of(const wire::FoundCamera& camera, const std::vector<net::InterfaceAddress>& own) {
    if (camera.known && !camera.moved) return 0;
    if (kind_of(camera) == Kind::v6) return 2;
    if (kind_of(camera) == Kind::link_local) return 3;
    const bool near = std::ranges::any_of(own, [&](const net::InterfaceAddress& one) {
        return same_network(camera.address, one.address, one.prefix_length);
    });
    return near ? 1 : 4;
}

}  // namespace

void choose_addresses(std::vector<wire::FoundCamera>& found, const std::vector<net::InterfaceAddress>& own) {
    const std::vector<wire::FoundCamera> all = found;
    std::erase_if(found, [&](const wire::FoundCamera& camera) {
        return std::ranges::any_of(all, [&](const wire::FoundCamera& other) {
            return !camera.endpoint.empty() && other.endpoint == camera.endpoint &&
                   kind_of(other) != kind_of(camera) && rank_of(other, own) < rank_of(camera, own);
        });
    });
}

std::vector<net::InterfaceAddress> worth_choosing(const std::vector<net::InterfaceAddress>& own) {
    std::vector<net::InterfaceAddress> chosen;
    for (const net::InterfaceAddress& one : own)
        if (!one.is_v6()) chosen.push_back(one);
    for (const net::InterfaceAddress& one : own) {
        // Nothing is sent to groups over the loopback of IPv6.
        if (!one.is_v6() || one.loopback) continue;
        const bool there = std::ranges::any_of(chosen, [&](const net::InterfaceAddress& other) {
            return other.name == one.name && other.prefix_length == one.prefix_length &&
                   same_network(other.address, one.address, one.prefix_length);
        });
        if (!there) chosen.push_back(one);
    }
    return chosen;
}

}  // namespace vedette::gateway::discovery
