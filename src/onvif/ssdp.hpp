#pragma once
// SSDP, the discovery of UPnP (UPnP Device Architecture 2.0 section 1): cameras that do not speak
// WS-Discovery often answer to it.

#include <cstdint>
#include <string>
#include <string_view>

namespace vedette::onvif {

constexpr std::string_view ssdp_group = "239.255.255.250";
constexpr std::string_view ssdp_group_v6 = "ff02::c";  ///< of the link
constexpr std::uint16_t ssdp_port = 1900;
constexpr std::size_t max_ssdp_bytes = 8 * 1024;
constexpr std::size_t max_ssdp_headers = 64;
/// The device type that network cameras announce.
constexpr std::string_view ssdp_camera_target = "urn:schemas-upnp-org:device:Basic:1";

/// An M-SEARCH for `target` that is sent to `group`.
std::string write_search(std::string_view target, std::string_view group = ssdp_group);

/// For devices: the answer to a search for `target`. `uuid` is the device's own, `location` of its
/// description.
std::string write_search_answer(std::string_view target, std::string_view uuid, std::string_view location);

enum class SsdpKind : std::uint8_t { search, response, alive, goodbye };

struct SsdpMessage {
    SsdpKind kind = SsdpKind::response;
    std::string target;    ///< ST or NT
    std::string name;      ///< USN: names the device and the target
    std::string location;  ///< of the description; a hint only
    std::string server;

    friend bool operator==(const SsdpMessage&, const SsdpMessage&) = default;
};

/// The device's own UUID in a USN ("uuid:ABC::urn:..."): lower case; empty when there is none.
std::string uuid_of(std::string_view name);

}  // namespace vedette::onvif
