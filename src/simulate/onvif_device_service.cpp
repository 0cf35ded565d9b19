// The device service (ONVIF Core specification section 8).

#include <algorithm>
#include <chrono>

#include "onvif/namespaces.hpp"
#include "onvif/soap.hpp"
#include "simulate/onvif_service.hpp"

namespace vedette::simulate {

namespace {

std::string date_and_time(std::string_view name, UtcTime time) {
    const std::chrono::sys_seconds moment{std::chrono::seconds(to_unix_seconds(time))};
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{moment - day};
    return fmt::format(
        "<tt:{0}><tt:Time><tt:Hour>{1}</tt:Hour><tt:Minute>{2}</tt:Minute><tt:Second>{3}</tt:Second></"
        "tt:Time>"
        "<tt:Date><tt:Year>{4}</tt:Year><tt:Month>{5}</tt:Month><tt:Day>{6}</tt:Day></tt:Date></tt:{0}>",
        name, clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
        static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()));
}

std::string system_date_and_time(const OnvifDevice& device, UtcTime now) {
    return fmt::format(
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>{}</tt:DateTimeType>"
        "<tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone>{}"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>",
        device.clock_by_ntp ? "NTP" : "Manual", date_and_time("UTCDateTime", now + device.clock_offset));
}

std::string services(const OnvifDevice& device) {
    std::string out = "<tds:GetServicesResponse>";
    for (const OnvifService& service : onvif_services())
        if (service.is_there(device))
            out += fmt::format(
                "<tds:Service><tds:Namespace>{}</tds:Namespace><tds:XAddr>{}</tds:XAddr><tds:Version>"
                "<tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>",
                service.uri, service.address(device));
    return out + "</tds:GetServicesResponse>";
}

// tt:Capabilities has its categories in this order; services that came after it are not part of it.
std::string capabilities(const OnvifDevice& device) {
    std::string out = "<tds:GetCapabilitiesResponse><tds:Capabilities>";
    for (const std::string_view category : {"Device", "Events", "Imaging", "Media", "PTZ"}) {
        const auto service = std::ranges::find(onvif_services(), category, &OnvifService::category);
        if (service == onvif_services().end() || !service->is_there(device)) continue;
        out += fmt::format("<tt:{0}><tt:XAddr>{1}</tt:XAddr>{2}</tt:{0}>", category, service->address(device),
                           service->more_capabilities);
    }
    return out + "</tds:Capabilities></tds:GetCapabilitiesResponse>";
}

std::string device_information(const OnvifDevice& device) {
    return fmt::format(
        "<tds:GetDeviceInformationResponse><tds:Manufacturer>Vedette</tds:Manufacturer><tds:Model>Simulated "
        "camera"
        "</tds:Model><tds:FirmwareVersion>{}</tds:FirmwareVersion><tds:SerialNumber>{}</tds:SerialNumber>"
        "<tds:HardwareId>none</tds:HardwareId></tds:GetDeviceInformationResponse>",
        onvif::escape(device.firmware()), onvif::escape(device.serial()));
}

std::string network_interfaces(const OnvifDevice& device) {
    return fmt::format(
        "<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces "
        "token=\"eth0\"><tt:Enabled>true</tt:Enabled><tt:Info>"
        "<tt:Name>eth0</tt:Name><tt:HwAddress>{}</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info></"
        "tds:NetworkInterfaces>"
        "</tds:GetNetworkInterfacesResponse>",
        device.mac());
}

std::string scopes(const OnvifDevice& device) {
    std::string out = "<tds:GetScopesResponse>";
    for (const std::string& scope : device.discovered().scopes)
        out += fmt::format(
            "<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>{}</tt:ScopeItem></tds:Scopes>",
            onvif::escape(scope));
    return out + "</tds:GetScopesResponse>";
}

}  // namespace

OnvifAnswer answer_device_service(OnvifDevice& device, const onvif::Element& request, UtcTime now) {
    const std::string_view name = request.local_name();
    if (name == "GetSystemDateAndTime") return onvif_ok(system_date_and_time(device, now));
    if (name == "GetServices") return onvif_ok(services(device));
    if (name == "GetCapabilities") return onvif_ok(capabilities(device));
    if (name == "GetDeviceInformation") return onvif_ok(device_information(device));
    if (name == "GetNetworkInterfaces") return onvif_ok(network_interfaces(device));
    if (name == "GetScopes") return onvif_ok(scopes(device));
    if (auto answer = answer_device_care(device, request, now)) return *std::move(answer);
    if (device.relays == OnvifRelays::device)
        if (auto relays = answer_relays(device, request, now)) return *std::move(relays);
    return onvif_not_implemented();
}

}  // namespace vedette::simulate
