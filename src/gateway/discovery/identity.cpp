#include "gateway/discovery/identity.hpp"

#include <algorithm>

#include "onvif/address.hpp"

namespace vedette::gateway::discovery {

wire::DeviceIdentity identity_of(const onvif::DeviceDescription& description,
                                 const onvif::SetUpOptions& asked, std::string_view endpoint) {
    const onvif::Address service{
        .scheme = "http", .host = asked.host, .port = asked.port, .path = asked.path};
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
