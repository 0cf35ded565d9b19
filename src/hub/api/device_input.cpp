#include "hub/api/device_input.hpp"

#include <algorithm>

#include "hub/api/input.hpp"
#include "hub/api/object_reader.hpp"

namespace vedette::hub::api {

namespace {

constexpr TextLimits device_url_limits{
    .min_characters = 0, .max_characters = 1024, .may_have_controls = false};
constexpr TextLimits text_limits{.min_characters = 0, .max_characters = 128, .may_have_controls = false};
constexpr TextLimits mac_limits{.min_characters = 12, .max_characters = 12, .may_have_controls = false};
constexpr TextLimits address_limits{.min_characters = 1, .max_characters = 255, .may_have_controls = false};
constexpr TextLimits range_limits{.min_characters = 1, .max_characters = 64, .may_have_controls = false};
constexpr TextLimits device_username_limits{
    .min_characters = 0, .max_characters = 128, .may_have_controls = false};
constexpr TextLimits device_password_limits{
    .min_characters = 0, .max_characters = 128, .may_have_controls = true};
// Of those that a camera gets: what a person types, and no line ends in it.
constexpr TextLimits new_password_limits{
    .min_characters = 8, .max_characters = 64, .may_have_controls = false};
constexpr TextLimits mode_limits{.min_characters = 0, .max_characters = 16, .may_have_controls = false};
constexpr std::size_t max_ntp_servers = 4;
constexpr std::int64_t max_firmware_bytes = 1024LL * 1024 * 1024;
constexpr std::size_t max_macs = 16;
constexpr std::size_t max_services = 16;
constexpr std::size_t max_interfaces = 32;
constexpr std::size_t max_ranges = 16;
constexpr std::int64_t max_port = 65'535;

bool is_mac(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Outcome<wire::DeviceIdentity> read_device(const boost::json::object& object) {
    ObjectReader reader(object);
    const auto text = [&](std::string_view field, TextLimits limits) {
        return reader.optional_text(field, limits).value_or("");
    };
    wire::DeviceIdentity device{.onvif_url = text("onvif_url", device_url_limits),
                                .endpoint = text("endpoint", text_limits),
                                .serial = text("serial", text_limits),
                                .macs = reader.text_list("macs", max_macs, mac_limits),
                                .manufacturer = text("manufacturer", text_limits),
                                .model = text("model", text_limits),
                                .firmware = text("firmware", text_limits)};
    // The gateway finds these out by itself; they are taken because the document is sent back as it came.
    device.services = reader.text_list("services", max_services, mode_limits);
    device.checked = UtcTime(Ticks90k(reader.optional_integer("checked_90k", 0, max_ticks_90k).value_or(0)));
    if (!std::ranges::all_of(device.macs, is_mac))
        reader.refuse("macs", "A hardware address is given as 12 lower-case hexadecimal digits");
    VEDETTE_CHECK(reader.finish());
    return device;
}

Outcome<wire::DiscoverCameras> read_discovery(std::string_view body) {
    auto object = parse_object(body);
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(*object);
    wire::DiscoverCameras search{.interfaces = reader.text_list("interfaces", max_interfaces, address_limits),
                                 .ranges = reader.text_list("ranges", max_ranges, range_limits)};
    VEDETTE_CHECK(reader.finish());
    if (search.interfaces.empty() && search.ranges.empty())
        return std::unexpected(Problem::invalid("interfaces", "Choose a network, or give an address range"));
    return search;
}

namespace {

// Without finish(): a preview has more fields.
wire::InspectDevice read_device_fields(ObjectReader& reader) {
    wire::InspectDevice device;
    device.address = reader.text("address", address_limits);
    device.port = static_cast<std::uint16_t>(reader.optional_integer("port", 1, max_port).value_or(0));
    device.path = reader.optional_text("path", device_url_limits).value_or("");
    device.secure = reader.optional_flag("secure").value_or(false);
    if (device.port == 0) device.port = device.secure ? 443 : 80;
    device.endpoint = reader.optional_text("endpoint", text_limits).value_or("");
    device.username = reader.optional_text("username", device_username_limits).value_or("");
    if (const auto password = reader.optional_text("password", device_password_limits))
        device.password = Secret(std::string_view(*password));
    if (!device.path.empty() && !device.path.starts_with('/'))
        reader.refuse("path", "The path begins with /");
    return device;
}

}  // namespace

Outcome<wire::InspectDevice> read_inspection(std::string_view body) {
    auto object = parse_object(body);
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(*object);
    wire::InspectDevice device = read_device_fields(reader);
    VEDETTE_CHECK(reader.finish());
    return device;
}

Outcome<wire::PreviewDevice> read_preview(std::string_view body) {
    auto object = parse_object(body);
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(*object);
    wire::PreviewDevice preview{.device = read_device_fields(reader),
                                .main_url = reader.optional_text("main_url", device_url_limits).value_or("")};
    VEDETTE_CHECK(reader.finish());
    return preview;
}

Outcome<wire::SetDeviceClock> read_device_clock(std::string_view body) {
    auto object = parse_object(body);
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(*object);
    wire::SetDeviceClock clock{.ntp_servers =
                                   reader.text_list("ntp_servers", max_ntp_servers, address_limits)};
    VEDETTE_CHECK(reader.finish());
    return clock;
}

Outcome<wire::ChangeDevicePassword> read_device_password(std::string_view body) {
    auto object = parse_object(body);
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(*object);
    const std::string password = reader.text("password", new_password_limits);
    wire::ChangeDevicePassword change{
        .password = Secret(std::string_view(password)),
        .allow_in_clear = reader.optional_flag("allow_in_clear").value_or(false)};
    VEDETTE_CHECK(reader.finish());
    return change;
}

Outcome<wire::SetDeviceImaging> read_device_imaging(std::string_view body) {
    auto object = parse_object(body);
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(*object);
    wire::SetDeviceImaging imaging;
    for (const char* name : {"brightness", "contrast", "saturation", "sharpness"})
        if (const auto value = reader.optional_number(name, -1e6, 1e6))
            imaging.values.emplace_back(name, *value);
    imaging.ir_cut = reader.optional_text("ir_cut", mode_limits).value_or("");
    imaging.focus = reader.optional_text("focus", mode_limits).value_or("");
    VEDETTE_CHECK(reader.finish());
    return imaging;
}

Outcome<wire::BeginFirmware> read_firmware(std::string_view body) {
    auto object = parse_object(body);
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(*object);
    wire::BeginFirmware firmware{
        .bytes = static_cast<std::uint64_t>(reader.integer("bytes", 1, max_firmware_bytes)),
        .allow_in_clear = reader.optional_flag("allow_in_clear").value_or(false)};
    VEDETTE_CHECK(reader.finish());
    return firmware;
}

}  // namespace vedette::hub::api
