#pragma once
// Looking after a device over ONVIF: its clock, time servers, password, restart, picture, firmware. Each
// function is a short conversation; errors are sentences for the administrator who asked for it.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "gateway/discovery/device_client.hpp"
#include "onvif/device_care.hpp"
#include "onvif/imaging.hpp"
#include "wire/device_care.hpp"

namespace vedette::gateway::discovery {

constexpr std::size_t max_still_bytes = 4 * 1024 * 1024;
constexpr std::uint64_t max_firmware_bytes = 1024ULL * 1024 * 1024;

/// What the device tells of itself; what it does not have, or does not let this account read, is unset.
/// `main_url` chooses the video source whose picture is meant.
net::Awaitable<Result<wire::DeviceCare>> view_device(DeviceClient& client, std::string main_url);

/// Sets the clock to `clock` now; with servers, makes the device follow them besides.
net::Awaitable<Result<>> set_clock(DeviceClient& client, std::vector<std::string> ntp_servers,
                                   const Clock& clock);

/// Gives the client's own account another password on the device, and finds out which one counts afterwards.
/// Over HTTP the password is readable on the way, so that is `invalid_input` without `allow_in_clear`.
/// Success: the new one was accepted. `unavailable`: the old one still counts. `conflict`: nobody answers, so
/// either may.
net::Awaitable<Result<>> change_password(DeviceClient& client, Secret password, bool allow_in_clear,
                                         const Clock& clock);

net::Awaitable<Result<>> reboot(DeviceClient& client);

net::Awaitable<Result<>> set_imaging(DeviceClient& client, std::string main_url, onvif::ImagingChange change);

/// A JPEG of the video source that `main_url` belongs to, else of the first. It is checked to be a JPEG by
/// its first bytes, not looked into.
net::Awaitable<Result<std::string>> take_still(DeviceClient& client, std::string main_url);

/// A firmware file on its way to a device, piece by piece; nothing of it is kept.
class FirmwareUpload {
  public:
    /// `clock` and `process` outlive it.
    FirmwareUpload(DeviceAccess access, const Clock& clock, CameraProcess& process);

    /// Asks for the upload's address, which has to be on the device's own host, waits as long as the device
    /// wants, and connects. Over HTTP `allow_in_clear` is needed: the file could be exchanged on its way.
    net::Awaitable<Result<>> begin(std::uint64_t bytes, bool allow_in_clear);
    /// `offset` is how much has come before. The last piece brings the device's answer.
    net::Awaitable<Result<>> send(std::uint64_t offset, std::string piece);
    bool done() const { return sent_ == bytes_; }
    std::chrono::seconds down_time() const { return down_time_; }

  private:
    net::Awaitable<Result<>> write(std::string_view text);
    net::Awaitable<Result<>> finish();

    DeviceClient client_;
    net::TcpStream stream_;
    std::uint64_t bytes_ = 0;
    std::uint64_t sent_ = 0;
    std::chrono::seconds down_time_{0};
};

}  // namespace vedette::gateway::discovery
