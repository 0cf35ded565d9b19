#include "hub/policy/conditions.hpp"

#include <algorithm>

namespace vedette::hub::policy {

Unmet Conditions::unmet(const Circumstances& at) const {
    if (clients && !clients->contains(at.client)) return Unmet::client;
    const auto contains = [&](const IpNetwork& network) { return network.contains(at.address); };
    if (networks && std::ranges::none_of(*networks, contains)) return Unmet::network;
    if (schedule && !schedule->contains(at.wall)) return Unmet::schedule;
    return Unmet::nothing;
}

bool Conditions::cover(const Conditions& other) const {
    if (schedule && !(other.schedule && schedule->covers(*other.schedule))) return false;
    if (clients && !(other.clients && clients->contains(*other.clients))) return false;
    if (!networks) return true;
    const auto is_inside = [&](const IpNetwork& theirs) {
        return std::ranges::any_of(*networks,
                                   [&](const IpNetwork& network) { return network.contains(theirs); });
    };
    return other.networks && std::ranges::all_of(*other.networks, is_inside);
}

}  // namespace vedette::hub::policy
