#pragma once
// The PTZ service (ONVIF PTZ Service Specification): what to ask, and what the answers mean.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::onvif {

constexpr std::size_t max_ptz_nodes = 16;
constexpr std::size_t max_presets = 256;
constexpr std::size_t max_ptz_token_bytes = 64;
constexpr std::size_t max_preset_name_bytes = 64;
constexpr double largest_ptz_figure = 1e6;  ///< of a camera's own

/// Three figures in the camera's generic spaces: pan to the right, tilt upwards, zoom into the picture.
/// Velocities and translations are from -1 to 1; positions as well, but for zoom, which is from 0 to 1.
struct PtzVector {
    double pan = 0;
    double tilt = 0;
    double zoom = 0;

    friend bool operator==(const PtzVector&, const PtzVector&) = default;
};

/// One dimension of a space: what the camera calls the ends of ours.
struct PtzRange {
    double min = -1;
    double max = 1;

    friend bool operator==(const PtzRange&, const PtzRange&) = default;
};

/// A way to move that the camera offers.
struct PtzSpace {
    std::string uri;
    PtzRange x{};
    PtzRange y{};  ///< unused for zoom

    friend bool operator==(const PtzSpace&, const PtzSpace&) = default;
};

/// What a camera's head can do.
struct PtzNode {
    std::string token;
    std::optional<PtzSpace> continuous_pan_tilt;
    std::optional<PtzSpace> continuous_zoom;
    std::optional<PtzSpace> relative_pan_tilt;
    std::optional<PtzSpace> relative_zoom;
    std::optional<PtzSpace> absolute_pan_tilt;
    std::optional<PtzSpace> absolute_zoom;
    std::uint32_t max_presets = 0;
    bool has_home = false;
};

struct PtzPreset {
    std::string token;
    std::string name;  ///< the token where the camera has no name

    friend bool operator==(const PtzPreset&, const PtzPreset&) = default;
};

/// Where the head is, in figures of PtzVector's positions.
struct PtzPosition {
    std::optional<double> pan;
    std::optional<double> tilt;
    std::optional<double> zoom;
    bool moving = false;
};

// Bodies of requests. Axes that the node can't move are left out.
std::string get_ptz_nodes();
std::string get_ptz_status(std::string_view profile);
/// `limit`: the camera stops by itself after it.
std::string continuous_move(std::string_view profile, const PtzNode& node, const PtzVector& velocity,
                            std::chrono::milliseconds limit);
std::string stop_move(std::string_view profile, const PtzNode& node);
std::string relative_move(std::string_view profile, const PtzNode& node, const PtzVector& translation);
std::string absolute_move(std::string_view profile, const PtzNode& node, std::optional<double> pan,
                          std::optional<double> tilt, std::optional<double> zoom);
std::string get_presets(std::string_view profile);
std::string go_to_preset(std::string_view profile, std::string_view preset);
/// Keeps the present position. `preset` empty: as a new one.
std::string set_preset(std::string_view profile, std::string_view preset, std::string_view name);
std::string remove_preset(std::string_view profile, std::string_view preset);
std::string go_to_home(std::string_view profile);
std::string set_home(std::string_view profile);

/// What a camera says about where its head is: in figures of its own.
struct PtzStatus {
    std::optional<double> x;
    std::optional<double> y;
    std::optional<double> zoom;
    bool moving = false;
};
/// In our figures; `node` tells the ranges of the camera's.
PtzPosition position_of(const PtzStatus& status, const PtzNode& node);

}  // namespace vedette::onvif
