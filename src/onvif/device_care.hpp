#pragma once
// The part of the device service that looks after the device (ONVIF Core specification section 8): clock,
// time servers, accounts, restart, firmware.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"

namespace vedette::onvif {

constexpr std::size_t max_ntp_servers = 8;
constexpr std::size_t max_users = 64;
constexpr std::chrono::seconds max_device_pause{1800};  ///< that a device may ask for

/// How its clock is kept, beside what device.hpp reads of it.
struct ClockSettings {
    bool by_ntp = false;
    bool daylight_savings = false;
};
/// The time zone stays: it is only for what the camera writes into its picture. `time` is UTC; nullopt: from
/// NTP.
std::string set_system_date_and_time(std::optional<UtcTime> time, bool daylight_savings);

struct NtpSettings {
    bool from_dhcp = false;
    std::vector<std::string> servers;  ///< names or addresses
};
std::string get_ntp();
std::string set_ntp(const std::vector<std::string>& servers);
/// A host name or an IP address.
bool is_host(std::string_view text);

struct DeviceUser {
    std::string name;
    std::string level;  ///< Administrator, Operator, User, or what else the device says
};
std::string get_users();
std::string set_user(const DeviceUser& user, const Secret& password);

std::string system_reboot();
std::string start_firmware_upgrade();
struct FirmwareUpgrade {
    std::string upload_address;         ///< as it is told
    std::chrono::seconds delay{0};      ///< before the upload
    std::chrono::seconds down_time{0};  ///< after it
};

}  // namespace vedette::onvif
