#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace vedette::gateway::discovery {

/// Of all ranges of one search together: more would be a search of somebody else's network.
constexpr std::size_t max_probed_addresses = 1024;

/// The IPv4 addresses that the texts name, in order, each once. A text is an address (192.0.2.10), a range
/// (192.0.2.10-192.0.2.50 or 192.0.2.10-50) or a network (192.0.2.0/24, without its first and last address).
/// Error `invalid_input` in words, also for multicast and broadcast addresses, and beyond
/// max_probed_addresses. Pure.
Result<std::vector<std::string>> expand_ranges(const std::vector<std::string>& texts);

/// True when both are IPv4 addresses in the same network of `prefix_length` bits. Pure.
bool same_network(std::string_view a, std::string_view b, unsigned prefix_length);

}  // namespace vedette::gateway::discovery
