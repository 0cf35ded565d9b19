#pragma once
// The device service (ONVIF Core specification section 8): what to ask, and what the answers mean.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace vedette::onvif {

constexpr std::string_view default_device_path = "/onvif/device_service";
constexpr std::size_t max_services = 64;
constexpr std::size_t max_network_interfaces = 16;
constexpr std::size_t max_scopes = 128;

// Bodies of requests.
std::string get_system_date_and_time();
std::string get_services();
std::string get_capabilities();
std::string get_device_information();
std::string get_network_interfaces();
std::string get_scopes();

/// The camera's clock, as it tells it. Fields that are no date, or beyond the years 1970 to 2199, are left
/// out.
struct DeviceTime {
    std::optional<UtcTime> utc;
    std::optional<UtcTime> local;  ///< its local date and time, read as if it were UTC
};

/// How far the camera's clock is ahead of `now`, as the moments of a UsernameToken should be counted; in the
/// order in which to try them, at most two. The first is what the camera calls UTC. Where that is more than
/// five minutes off, some cameras mean their local time (quirk 72), so that is the second.
std::vector<Ticks90k> clock_offsets(const DeviceTime& time, UtcTime now);

/// The addresses of services, as the device tells them; empty: it has none.
struct Services {
    std::string device;
    std::string media;
    std::string media2;
    std::string events;
    std::string ptz;
    std::string imaging;
    std::string search;
    std::string replay;
    std::string device_io;
};

struct DeviceInformation {
    std::string manufacturer;
    std::string model;
    std::string firmware;
    std::string serial;
    std::string hardware;
};

/// The 12 digits of a MAC in any of its spellings; empty when it is none, or all zeros.
std::string normal_mac(std::string_view text);

}  // namespace vedette::onvif
