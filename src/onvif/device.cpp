#include "onvif/device.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "onvif/answers.hpp"
#include "onvif/envelope.hpp"
#include "onvif/namespaces.hpp"

namespace vedette::onvif {

namespace {

constexpr int first_year = 1970;
constexpr int last_year = 2199;
constexpr Ticks90k suspicious_offset = std::chrono::minutes(5);
constexpr std::size_t max_name_bytes = 128;

std::optional<int> number(const Element& element) {
    const std::string text = element.text(16);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<UtcTime> read_date_and_time(const Element& element) {
    const Element date = element.child("Date");
    const Element time = element.child("Time");
    const auto year = number(date.child("Year"));
    const auto month = number(date.child("Month"));
    const auto day = number(date.child("Day"));
    const auto hour = number(time.child("Hour"));
    const auto minute = number(time.child("Minute"));
    const auto second = number(time.child("Second"));
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    if (*year < first_year || *year > last_year || *month < 1 || *month > 12 || *day < 1 || *day > 31 ||
        *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 || *second < 0 || *second > 60)
        return std::nullopt;
    const std::chrono::year_month_day calendar{std::chrono::year(*year),
                                               std::chrono::month(static_cast<unsigned>(*month)),
                                               std::chrono::day(static_cast<unsigned>(*day))};
    if (!calendar.ok()) return std::nullopt;
    const std::chrono::seconds since_1970 = std::chrono::sys_days(calendar).time_since_epoch() +
                                            std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                                            std::chrono::seconds(*second);
    return from_unix_seconds(since_1970.count());
}

void keep(std::string& target, std::string address) {
    if (target.empty()) target = std::move(address);
}

// MAC addresses of virtual and unset interfaces.
bool is_placeholder(std::string_view mac) {
    return mac == "000000000000" || mac == "ffffffffffff";
}

}  // namespace

std::string get_system_date_and_time() {
    return "<tds:GetSystemDateAndTime/>";
}
std::string get_services() {
    return "<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>";
}
std::string get_capabilities() {
    return "<tds:GetCapabilities><tds:Category>All</tds:Category></tds:GetCapabilities>";
}
std::string get_device_information() {
    return "<tds:GetDeviceInformation/>";
}
std::string get_network_interfaces() {
    return "<tds:GetNetworkInterfaces/>";
}
std::string get_scopes() {
    return "<tds:GetScopes/>";
}

Result<DeviceTime> parse_system_date_and_time(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::device, "GetSystemDateAndTimeResponse"));
    const Element time = envelope.body.child("SystemDateAndTime");
    return DeviceTime{.utc = read_date_and_time(time.child("UTCDateTime")),
                      .local = read_date_and_time(time.child("LocalDateTime"))};
}

std::vector<Ticks90k> clock_offsets(const DeviceTime& time, UtcTime now) {
    std::vector<Ticks90k> offsets;
    if (time.utc) offsets.push_back(*time.utc - now);
    const bool suspicious = !time.utc || std::chrono::abs(*time.utc - now) > suspicious_offset;
    if (suspicious && time.local && time.local != time.utc) offsets.push_back(*time.local - now);
    if (offsets.empty()) offsets.emplace_back(0);
    return offsets;
}

Result<Services> parse_services(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::device, "GetServicesResponse"));
    Services services;
    std::size_t count = 0;
    for (const Element& service : envelope.body.children(ns::device, "Service")) {
        if (++count > max_services) break;
        const std::string name = service.child("Namespace").text();
        std::string address = service.child("XAddr").text();
        if (name == ns::device)
            keep(services.device, std::move(address));
        else if (name == ns::media)
            keep(services.media, std::move(address));
        else if (name == ns::media2)
            keep(services.media2, std::move(address));
        else if (name == ns::events)
            keep(services.events, std::move(address));
        else if (name == ns::ptz)
            keep(services.ptz, std::move(address));
        else if (name == ns::imaging)
            keep(services.imaging, std::move(address));
        else if (name == ns::search)
            keep(services.search, std::move(address));
        else if (name == ns::replay)
            keep(services.replay, std::move(address));
        else if (name == ns::device_io)
            keep(services.device_io, std::move(address));
    }
    if (services.media.empty() && services.media2.empty())
        return fail(ErrorKind::unsupported,
                    "the device speaks ONVIF, but has no media service: it is no camera");
    return services;
}

Result<Services> parse_capabilities(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::device, "GetCapabilitiesResponse"));
    const Element all = envelope.body.child("Capabilities");
    const auto address = [&](std::string_view category) { return all.child(category).child("XAddr").text(); };
    Services services{.device = address("Device"),
                      .media = address("Media"),
                      .media2 = all.child("Extension").child("Media2").child("XAddr").text(),
                      .events = address("Events"),
                      .ptz = address("PTZ"),
                      .imaging = address("Imaging"),
                      .search = all.child("Extension").child("Search").child("XAddr").text(),
                      .replay = all.child("Extension").child("Replay").child("XAddr").text(),
                      .device_io = all.child("Extension").child("DeviceIO").child("XAddr").text()};
    if (services.media.empty() && services.media2.empty())
        return fail(ErrorKind::unsupported,
                    "the device speaks ONVIF, but has no media service: it is no camera");
    return services;
}

Result<DeviceInformation> parse_device_information(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::device, "GetDeviceInformationResponse"));
    const auto field = [&](std::string_view name) { return envelope.body.child(name).text(max_name_bytes); };
    return DeviceInformation{.manufacturer = field("Manufacturer"),
                             .model = field("Model"),
                             .firmware = field("FirmwareVersion"),
                             .serial = field("SerialNumber"),
                             .hardware = field("HardwareId")};
}

std::string normal_mac(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (c == ':' || c == '-' || c == '.' || c == ' ') continue;
        if (c >= '0' && c <= '9')
            digits += c;
        else if (c >= 'a' && c <= 'f')
            digits += c;
        else if (c >= 'A' && c <= 'F')
            digits += static_cast<char>(c - 'A' + 'a');
        else
            return {};
        if (digits.size() > 12) return {};
    }
    return digits.size() == 12 && !is_placeholder(digits) ? digits : std::string();
}

Result<std::vector<std::string>> parse_network_interfaces(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::device, "GetNetworkInterfacesResponse"));
    std::vector<std::string> macs;
    for (const Element& interface : envelope.body.children(ns::device, "NetworkInterfaces")) {
        const std::string mac = normal_mac(interface.child("Info").child("HwAddress").text(32));
        if (mac.empty() || std::ranges::find(macs, mac) != macs.end()) continue;
        if (macs.size() == max_network_interfaces) break;
        macs.push_back(mac);
    }
    return macs;
}

Result<std::vector<std::string>> parse_scopes(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::device, "GetScopesResponse"));
    std::vector<std::string> scopes;
    for (const Element& scope : envelope.body.children(ns::device, "Scopes"))
        if (scopes.size() < max_scopes) scopes.push_back(scope.child("ScopeItem").text());
    return scopes;
}

}  // namespace vedette::onvif
