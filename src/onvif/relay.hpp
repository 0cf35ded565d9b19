#pragma once
// Relay outputs (ONVIF Core specification, device service): what to ask, and what is told.

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

std::string get_relay_outputs();
std::string set_relay_output_state(std::string_view token, bool active);

}  // namespace vedette::onvif
