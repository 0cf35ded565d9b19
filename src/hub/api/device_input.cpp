#include "hub/api/device_input.hpp"

#include <algorithm>

#include "hub/api/input.hpp"
#include "hub/api/object_reader.hpp"

namespace vedette::hub::api {

namespace {

constexpr TextLimits url_limits{.min_characters = 0, .max_characters = 1024, .may_have_controls = false};
constexpr TextLimits text_limits{.min_characters = 0, .max_characters = 128, .may_have_controls = false};
constexpr TextLimits mac_limits{.min_characters = 12, .max_characters = 12, .may_have_controls = false};
constexpr TextLimits address_limits{.min_characters = 1, .max_characters = 255, .may_have_controls = false};
constexpr TextLimits range_limits{.min_characters = 1, .max_characters = 40, .may_have_controls = false};
constexpr TextLimits username_limits{.min_characters = 0, .max_characters = 128, .may_have_controls = false};
constexpr TextLimits password_limits{.min_characters = 0, .max_characters = 128, .may_have_controls = true};
constexpr std::size_t max_macs = 16;
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
    wire::DeviceIdentity device{.onvif_url = text("onvif_url", url_limits),
                                .endpoint = text("endpoint", text_limits),
                                .serial = text("serial", text_limits),
                                .macs = reader.text_list("macs", max_macs, mac_limits),
                                .manufacturer = text("manufacturer", text_limits),
                                .model = text("model", text_limits),
                                .firmware = text("firmware", text_limits)};
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

Outcome<wire::InspectDevice> read_inspection(std::string_view body) {
    auto object = parse_object(body);
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(*object);
    wire::InspectDevice device;
    device.address = reader.text("address", address_limits);
    device.port = static_cast<std::uint16_t>(reader.optional_integer("port", 1, max_port).value_or(80));
    device.path = reader.optional_text("path", url_limits).value_or("");
    device.endpoint = reader.optional_text("endpoint", text_limits).value_or("");
    device.username = reader.optional_text("username", username_limits).value_or("");
    if (const auto password = reader.optional_text("password", password_limits))
        device.password = Secret(std::string_view(*password));
    if (!device.path.empty() && !device.path.starts_with('/'))
        reader.refuse("path", "The path begins with /");
    VEDETTE_CHECK(reader.finish());
    return device;
}

}  // namespace vedette::hub::api
