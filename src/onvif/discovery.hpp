#pragma once
// WS-Discovery (OASIS, April 2005 as ONVIF uses it, and 1.1): one datagram, one message.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vedette::onvif {

constexpr std::string_view discovery_group = "239.255.255.250";
constexpr std::string_view discovery_group_v6 = "ff02::c";  ///< of the link
constexpr std::uint16_t discovery_port = 3702;
constexpr std::size_t max_discovery_bytes = 64 * 1024;
constexpr std::size_t max_discovery_matches = 64;  ///< in one message
constexpr std::size_t max_discovery_values = 64;   ///< types, scopes or addresses of one match

/// A Probe for one kind of device. ONVIF names two types (Core specification section 7.3.2), and some cameras
/// answer to one of them only.
enum class ProbeFor : std::uint8_t { network_video_transmitter, device };
/// `message_id` is a UUID in text; answers relate to it.
std::string write_probe(std::string_view message_id, ProbeFor kind);

/// A device as it describes itself.
struct DiscoveredDevice {
    std::string endpoint;  ///< the endpoint reference: the device's name that survives a new address
    std::vector<std::string> types;   ///< local names
    std::vector<std::string> scopes;  ///< URIs
    std::vector<std::string> addresses;

    friend bool operator==(const DiscoveredDevice&, const DiscoveredDevice&) = default;
};

struct Probe {
    std::string message_id;
    std::vector<std::string> types;  ///< local names; empty: whatever is there
};
struct ProbeMatches {
    std::string relates_to;
    std::vector<DiscoveredDevice> devices;
};
struct Hello {
    DiscoveredDevice device;
};
struct Bye {
    std::string endpoint;
};
using DiscoveryMessage = std::variant<Probe, ProbeMatches, Hello, Bye>;

/// "urn:uuid:ABC" and "ABC" name the same thing: lower case, without what stands in front.
std::string normal_uuid(std::string_view text);

/// What ONVIF's scopes say (Core specification section 7.3.2.2): the value behind
/// onvif://www.onvif.org/<category>/, percent-decoded and cleaned; empty when there is none.
std::string scope_value(const std::vector<std::string>& scopes, std::string_view category);

/// For devices: the answer to `relates_to`.
std::string write_probe_match(std::string_view message_id, std::string_view relates_to,
                              const DiscoveredDevice& device);

}  // namespace vedette::onvif
