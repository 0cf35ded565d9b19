#pragma once

#include <string>
#include <vector>

namespace vedette::net {

/// An IPv4 or IPv6 address of this machine.
struct InterfaceAddress {
    std::string name;     ///< eth0
    std::string address;  ///< of a link-local IPv6 address with its zone: fe80::1%eth0
    unsigned prefix_length = 32;
    bool loopback = false;

    bool is_v6() const { return address.contains(':'); }
};

/// Of all interfaces that are up, in the system's order. Any thread.
std::vector<InterfaceAddress> interface_addresses();

/// The name of the interface that has this address; empty when none has. Any thread.
std::string interface_with(const std::string& address);

}  // namespace vedette::net
