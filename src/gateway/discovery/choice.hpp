#pragma once
// Devices with several addresses, as every device with IPv6 has.

#include <vector>

#include "net/interfaces.hpp"
#include "wire/messages.hpp"

namespace vedette::gateway::discovery {

/// Leaves out a device (by its endpoint) at an address of one kind where it was found at a better one of
/// another: the best is the one by which a camera of ours is known, then IPv4 in a network of this machine,
/// IPv6, link-local IPv6, and IPv4 of elsewhere, which no packet of ours may reach. Two devices of one kind
/// of address stay two: some makers give a whole series one endpoint. Pure.
void choose_addresses(std::vector<wire::FoundCamera>& found, const std::vector<net::InterfaceAddress>& own);

/// What a user chooses from: of IPv4 each address, of IPv6 one for each network that can be asked by
/// multicast; those of IPv4 first. Pure.
std::vector<net::InterfaceAddress> worth_choosing(const std::vector<net::InterfaceAddress>& own);

}  // namespace vedette::gateway::discovery
