#pragma once
// Relay outputs: what to ask, and what is told. Some devices have them in the device service (ONVIF Core
// specification), some in the DeviceIO service (ONVIF Device IO specification) alone.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::onvif {

constexpr std::size_t max_relays = 32;
constexpr std::size_t max_relay_token_bytes = 64;

struct RelayOutput {
    std::string token;
    bool returns_by_itself = false;  ///< monostable: falls back after a time that is set in the camera
    bool idle_open = true;           ///< its contact is open while it is inactive

    friend bool operator==(const RelayOutput&, const RelayOutput&) = default;
};

/// Which service is asked, and in whose words. The WSDL of DeviceIO takes the words of the device service;
/// many devices expect its own namespace all the same.
enum class RelayWay : std::uint8_t { device, device_io, device_io_words };

std::string get_relay_outputs(RelayWay way = RelayWay::device);
std::string set_relay_output_state(std::string_view token, bool active, RelayWay way = RelayWay::device);

}  // namespace vedette::onvif
