#pragma once
// Whether two devices are the same one (quirk 75): by what stays when an address changes. Pure.

#include <string>
#include <string_view>

#include "gateway/discovery/device_client.hpp"
#include "onvif/set_up_session.hpp"
#include "wire/messages.hpp"

namespace vedette::gateway::discovery {

/// What is kept of a device; `endpoint` as it was discovered, empty when it was not.
wire::DeviceIdentity identity_of(const onvif::DeviceDescription& description, const DeviceAccess& asked,
                                 std::string_view endpoint);

/// True when serial number or a hardware address proves it; false when one of them differs, or nothing is
/// known. A serial number alone counts only together with maker and model: some makers number all devices
/// alike.
bool same_device(const wire::DeviceIdentity& a, const wire::DeviceIdentity& b);

/// Where a device that is known by `identity` is asked; nullopt when it tells no address.
std::optional<DeviceAccess> access_to(const wire::DeviceIdentity& identity);

/// What is known of `old_host`, as it is demanded of `new_host`: a camera takes its keys with it.
std::vector<rtsp::CertificateTrust> moved_certificates(
    const std::vector<rtsp::CertificateTrust>& certificates, std::string_view old_host,
    std::string_view new_host);

/// The host of an address rtsp://host... or http://host...; empty when it is none.
std::string host_of(std::string_view url);

/// `url` with another host; `url` itself when it is no address.
std::string with_host(std::string_view url, std::string_view host);

}  // namespace vedette::gateway::discovery
