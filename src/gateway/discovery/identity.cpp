#include "gateway/discovery/identity.hpp"

#include <algorithm>

#include "onvif/address.hpp"

namespace vedette::gateway::discovery {

wire::DeviceIdentity identity_of(const onvif::DeviceDescription& description, const DeviceAccess& asked,
                                 std::string_view endpoint) {
    const onvif::Address service{.scheme = asked.place.secure ? "https" : "http",
                                 .host = asked.host,
                                 .port = asked.place.port,
                                 .path = asked.place.path};
    return {.onvif_url = service.text(),
            .endpoint = std::string(endpoint),
            .serial = description.information.serial,
            .macs = description.macs,
            .manufacturer = description.information.manufacturer,
            .model = description.information.model,
            .firmware = description.information.firmware};
}

bool same_device(const wire::DeviceIdentity& a, const wire::DeviceIdentity& b) {
    if (a.manufacturer != b.manufacturer || a.model != b.model) return false;
    if (!a.serial.empty() && !b.serial.empty() && a.serial != b.serial) return false;
    if (!a.macs.empty() && !b.macs.empty()) return std::ranges::find_first_of(a.macs, b.macs) != a.macs.end();
    return !a.serial.empty() && a.serial == b.serial;
}

std::optional<DeviceAccess> access_to(const wire::DeviceIdentity& identity) {
    auto address = onvif::parse_address(identity.onvif_url);
    if (!address) return std::nullopt;
    const bool secure = address->scheme == "https";
    if (!secure && address->scheme != "http") return std::nullopt;
    const std::uint16_t usual = secure ? 443 : 80;
    return DeviceAccess{.host = std::move(address->host),
                        .place = {.port = address->port == 0 ? usual : address->port,
                                  .path = std::move(address->path),
                                  .secure = secure},
                        .credentials = {},
                        .certificates = {},
                        .only_trusted = false};
}

std::vector<rtsp::CertificateTrust> moved_certificates(
    const std::vector<rtsp::CertificateTrust>& certificates, std::string_view old_host,
    std::string_view new_host) {
    std::vector<rtsp::CertificateTrust> moved;
    for (rtsp::CertificateTrust certificate : certificates) {
        const std::string_view authority = certificate.authority;
        const auto colon = authority.rfind(':');
        if (colon == std::string_view::npos || authority.substr(0, colon) != old_host) continue;
        certificate.authority = std::string(new_host) + std::string(authority.substr(colon));
        moved.push_back(std::move(certificate));
    }
    return moved;
}

std::string host_of(std::string_view url) {
    const auto address = onvif::parse_address(url);
    return address ? address->host : std::string();
}

std::string with_host(std::string_view url, std::string_view host) {
    auto address = onvif::parse_address(url);
    if (!address) return std::string(url);
    address->host = host;
    return address->text();
}

}  // namespace vedette::gateway::discovery
