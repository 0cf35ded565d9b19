#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace vedette::gateway::discovery {

/// Of all ranges of one search together: more would be a search of somebody else's network.
constexpr std::size_t max_probed_addresses = 1024;

/// The addresses that the texts name, in order, each once. A text is an address (192.0.2.10, 2001:db8::10,
/// fe80::10%eth0), a range (192.0.2.10-192.0.2.50 or 192.0.2.10-50) or a network (192.0.2.0/24, without its
/// first and last address; 2001:db8::/120). Error `invalid_input` in words, also for
/// multicast and broadcast addresses, for a link-local IPv6 address that names no interface, and beyond
/// max_probed_addresses. Pure.
Result<std::vector<std::string>> expand_ranges(const std::vector<std::string>& texts);

/// True when both are addresses of one family in the same network of `prefix_length` bits; link-local IPv6
/// addresses also by their zone. Pure.
bool same_network(std::string_view a, std::string_view b, unsigned prefix_length);

}  // namespace vedette::gateway::discovery
