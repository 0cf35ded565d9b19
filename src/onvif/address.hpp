#pragma once
// Addresses that devices tell about themselves. They are hints: only what leads to the device that was asked
// is believed, so that no camera can send us, or its password, to somebody else.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette::onvif {

constexpr std::size_t max_address_bytes = 1024;

/// scheme://host[:port]/path, without user information.
struct Address {
    std::string scheme;      ///< lower case
    std::string host;        ///< lower case; IPv6 without brackets, perhaps with a zone: fe80::1%eth0
    std::uint16_t port = 0;  ///< 0: not said
    std::string path;        ///< with the query; begins with "/"

    /// For our own use: the zone stands in it (RFC 6874), which means nothing to others.
    std::string text() const;
    friend bool operator==(const Address&, const Address&) = default;
};

/// nullopt for what is no such address. User information is dropped.
std::optional<Address> parse_address(std::string_view text);

/// A service on the device's own host.
struct Place {
    std::uint16_t port = 80;
    std::string path;
    bool secure = false;  ///< HTTPS

    friend bool operator==(const Place&, const Place&) = default;
};

/// Where the service is that a device names, when it was reached at `own` (quirk 75). Whoever has answered
/// over HTTPS is never asked without it; whoever has answered without is asked where he answered. Of what he
/// tells, the path is believed, and the port where it is of the same scheme.
Place place_of(std::string_view told, const Place& own);

/// Where a device was reached: the host that was chosen by the user, or that answered a probe.
struct Believed {
    Address address;
    bool rewritten = false;  ///< the device named another host
};

/// `told` with its host replaced by `host`, and with its zone; nullopt when it is no address of `scheme`.
std::optional<Believed> believe(std::string_view told, std::string_view scheme, std::string_view host);

}  // namespace vedette::onvif
