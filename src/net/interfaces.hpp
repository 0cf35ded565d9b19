#pragma once

#include <string>
#include <vector>

namespace vedette::net {

/// An IPv4 address of this machine.
struct InterfaceAddress {
    std::string name;  ///< eth0
    std::string address;
    unsigned prefix_length = 32;
    bool loopback = false;
};

/// Of all interfaces that are up, in the system's order. Any thread.
std::vector<InterfaceAddress> interface_addresses();

}  // namespace vedette::net
