#pragma once
// Looking after the device that a camera is: part of messages.hpp.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace vedette::wire {

/// Its clock as it is, and where it gets the time from.
struct DeviceClock {
    Ticks90k offset{0};  ///< of the camera's clock against the gateway's; positive: it is ahead
    bool by_ntp = false;
    bool ntp_from_dhcp = false;
    std::vector<std::string> ntp_servers;  ///< names or addresses
};

/// A value that can be set, such as "brightness".
struct ImagingValue {
    std::string name;  ///< brightness, contrast, saturation, sharpness
    double value = 0;
    double min = 0;
    double max = 0;
};
struct DeviceImaging {
    std::vector<ImagingValue> values;
    std::string ir_cut;  ///< on, off or auto; empty: it has none
    std::vector<std::string> ir_cut_modes;
    std::string focus;  ///< auto or manual; empty: it has none
    std::vector<std::string> focus_modes;
};

/// What a device tells of itself. What it does not have is unset.
struct DeviceCare {
    std::string manufacturer;
    std::string model;
    std::string firmware;
    bool encrypted = false;  ///< asked over HTTPS
    std::vector<std::string> services;
    std::optional<DeviceClock> clock;
    std::optional<DeviceImaging> imaging;
    std::string message;  ///< what was done, in a sentence
};

struct ViewDevice {};
/// To the gateway's time at once; and, where servers are given, from them from then on.
struct SetDeviceClock {
    std::vector<std::string> ntp_servers;
};
/// First on the device, then, once the device has taken it, in the camera's settings.
struct ChangeDevicePassword {
    Secret password;
    bool allow_in_clear = false;  ///< without HTTPS everybody on the way can read it
};
struct RebootDevice {};
/// Fields that are not set stay.
struct SetDeviceImaging {
    std::vector<std::pair<std::string, double>> values;
    std::string ir_cut;
    std::string focus;
};
/// Opens the way to the device for a firmware file of `bytes`, which then comes in UploadFirmware pieces.
struct BeginFirmware {
    std::uint64_t bytes = 0;
    bool allow_in_clear = false;
};
/// The next piece; the gateway keeps none of it.
struct UploadFirmware {
    std::uint64_t offset = 0;
    std::string piece;
};

struct MaintainCamera {
    CameraId id;
    std::variant<ViewDevice, SetDeviceClock, ChangeDevicePassword, RebootDevice, SetDeviceImaging,
                 BeginFirmware, UploadFirmware>
        task;
};

/// A picture of a device that is no camera yet, or of one that is.
struct StillPicture {
    std::string jpeg;
};

}  // namespace vedette::wire
