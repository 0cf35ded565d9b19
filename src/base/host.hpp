#pragma once
// Hosts of cameras as text: names, IPv4, and IPv6 without brackets, perhaps with the zone that a link-local
// address needs on this machine (RFC 4007 section 11): fe80::1%eth0.

#include <optional>
#include <string>
#include <string_view>

namespace vedette {

/// As it goes to others: a zone is this machine's own business (RFC 6874 section 4).
std::string_view without_zone(std::string_view host);

/// The address that a device tells, where the device itself was reached at `reached`: a link-local one lies
/// on the same link, so it gets the zone of `reached`. Whatever zone the device names is left out: no camera
/// chooses an interface of ours. All other hosts stay as they are.
std::string host_told_by(std::string_view reached, std::string_view told);

/// As it stands in a URL: IPv6 in brackets, and its zone behind %25 (RFC 6874 section 2).
std::string host_in_url(std::string_view host);

/// What stood in brackets, where the zone may also follow a bare %, as people write it: fe80::1%25eth0,
/// fe80::1%eth0. nullopt when the % names no interface. The address itself is not checked.
std::optional<std::string> host_in_brackets(std::string_view text);

}  // namespace vedette
