#include "onvif/ptz.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "onvif/answers.hpp"
#include "onvif/envelope.hpp"
#include "onvif/namespaces.hpp"

namespace vedette::onvif {

namespace {

std::optional<double> figure(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (!std::isfinite(value) || std::abs(value) > largest_ptz_figure) return std::nullopt;
    return value;
}

std::optional<PtzRange> read_range(const Element& element) {
    const auto min = figure(element.child("Min").text(32));
    const auto max = figure(element.child("Max").text(32));
    if (!min || !max || *min >= *max) return std::nullopt;
    return PtzRange{.min = *min, .max = *max};
}

// The generic space of that kind, in which every camera counts alike; else the first one that can be read.
std::optional<PtzSpace> read_space(const Element& spaces, std::string_view name) {
    std::optional<PtzSpace> chosen;
    for (const Element& element : spaces.children()) {
        if (element.local_name() != name) continue;
        const auto x = read_range(element.child("XRange"));
        if (!x) continue;
        PtzSpace space{.uri = element.child("URI").text(256),
                       .x = *x,
                       .y = read_range(element.child("YRange")).value_or(*x)};
        const bool generic = space.uri.find("GenericSpace") != std::string::npos;
        if (generic) return space;
        if (!chosen) chosen = std::move(space);
    }
    return chosen;
}

// A velocity or a distance: 0 stays 0, whatever the ends are.
double scaled(const PtzRange& range, double value) {
    const double clamped = std::clamp(value, -1.0, 1.0);
    return clamped >= 0 ? clamped * range.max : -clamped * range.min;
}
// A position from -1 to 1 onto the camera's range.
double onto(const PtzRange& range, double value) {
    const double clamped = std::clamp(value, -1.0, 1.0);
    return range.min + (clamped + 1) / 2 * (range.max - range.min);
}
double onto_zoom_position(const PtzRange& range, double value) {
    return range.min + std::clamp(value, 0.0, 1.0) * (range.max - range.min);
}
double share_of(const PtzRange& range, double value) {
    return std::clamp((value - range.min) / (range.max - range.min), 0.0, 1.0);
}

std::string space_attribute(const PtzSpace& space) {
    return space.uri.empty() ? std::string() : fmt::format(R"( space="{}")", escape(space.uri));
}
std::string pan_tilt(const PtzSpace& space, double x, double y) {
    return fmt::format(R"(<tt:PanTilt x="{:.4f}" y="{:.4f}"{}/>)", x, y, space_attribute(space));
}
std::string zoom(const PtzSpace& space, double x) {
    return fmt::format(R"(<tt:Zoom x="{:.4f}"{}/>)", x, space_attribute(space));
}

std::string ptz_request(std::string_view name, std::string_view profile, std::string_view rest = {}) {
    return fmt::format("<tptz:{0}><tptz:ProfileToken>{1}</tptz:ProfileToken>{2}</tptz:{0}>", name,
                       escape(profile), rest);
}

// An axis that is not named goes on with what it was doing, so all are, as far as they exist.
std::string axes(const std::optional<PtzSpace>& head, const std::optional<PtzSpace>& lens,
                 const PtzVector& vector) {
    std::string out;
    if (head) out += pan_tilt(*head, scaled(head->x, vector.pan), scaled(head->y, vector.tilt));
    if (lens) out += zoom(*lens, scaled(lens->x, vector.zoom));
    return out;
}

}  // namespace

std::string get_ptz_nodes() {
    return "<tptz:GetNodes/>";
}
std::string get_ptz_status(std::string_view profile) {
    return ptz_request("GetStatus", profile);
}
std::string continuous_move(std::string_view profile, const PtzNode& node, const PtzVector& velocity,
                            std::chrono::milliseconds limit) {
    return ptz_request("ContinuousMove", profile,
                       fmt::format("<tptz:Velocity>{}</tptz:Velocity><tptz:Timeout>PT{:.1f}S</tptz:Timeout>",
                                   axes(node.continuous_pan_tilt, node.continuous_zoom, velocity),
                                   static_cast<double>(limit.count()) / 1000));
}
std::string stop_move(std::string_view profile, const PtzNode& node) {
    return ptz_request("Stop", profile,
                       fmt::format("<tptz:PanTilt>{}</tptz:PanTilt><tptz:Zoom>{}</tptz:Zoom>",
                                   node.continuous_pan_tilt.has_value(), node.continuous_zoom.has_value()));
}
std::string relative_move(std::string_view profile, const PtzNode& node, const PtzVector& translation) {
    return ptz_request("RelativeMove", profile,
                       fmt::format("<tptz:Translation>{}</tptz:Translation>",
                                   axes(node.relative_pan_tilt, node.relative_zoom, translation)));
}
std::string absolute_move(std::string_view profile, const PtzNode& node, std::optional<double> pan,
                          std::optional<double> tilt, std::optional<double> zoom_share) {
    std::string position;
    if (node.absolute_pan_tilt && pan && tilt) {
        const PtzSpace& space = *node.absolute_pan_tilt;
        position += pan_tilt(space, onto(space.x, *pan), onto(space.y, *tilt));
    }
    if (node.absolute_zoom && zoom_share)
        position += zoom(*node.absolute_zoom, onto_zoom_position(node.absolute_zoom->x, *zoom_share));
    return ptz_request("AbsoluteMove", profile, fmt::format("<tptz:Position>{}</tptz:Position>", position));
}
std::string get_presets(std::string_view profile) {
    return ptz_request("GetPresets", profile);
}
std::string go_to_preset(std::string_view profile, std::string_view preset) {
    return ptz_request("GotoPreset", profile,
                       fmt::format("<tptz:PresetToken>{}</tptz:PresetToken>", escape(preset)));
}
std::string set_preset(std::string_view profile, std::string_view preset, std::string_view name) {
    std::string rest = fmt::format("<tptz:PresetName>{}</tptz:PresetName>", escape(name));
    if (!preset.empty()) rest += fmt::format("<tptz:PresetToken>{}</tptz:PresetToken>", escape(preset));
    return ptz_request("SetPreset", profile, rest);
}
std::string remove_preset(std::string_view profile, std::string_view preset) {
    return ptz_request("RemovePreset", profile,
                       fmt::format("<tptz:PresetToken>{}</tptz:PresetToken>", escape(preset)));
}
std::string go_to_home(std::string_view profile) {
    return ptz_request("GotoHomePosition", profile);
}
std::string set_home(std::string_view profile) {
    return ptz_request("SetHomePosition", profile);
}

Result<std::vector<PtzNode>> parse_ptz_nodes(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::ptz, "GetNodesResponse"));
    std::vector<PtzNode> nodes;
    for (const Element& element : envelope.body.children(ns::ptz, "PTZNode")) {
        if (nodes.size() == max_ptz_nodes) break;
        const Element spaces = element.child("SupportedPTZSpaces");
        PtzNode node{.token = element.attribute("token"),
                     .continuous_pan_tilt = read_space(spaces, "ContinuousPanTiltVelocitySpace"),
                     .continuous_zoom = read_space(spaces, "ContinuousZoomVelocitySpace"),
                     .relative_pan_tilt = read_space(spaces, "RelativePanTiltTranslationSpace"),
                     .relative_zoom = read_space(spaces, "RelativeZoomTranslationSpace"),
                     .absolute_pan_tilt = read_space(spaces, "AbsolutePanTiltPositionSpace"),
                     .absolute_zoom = read_space(spaces, "AbsoluteZoomPositionSpace")};
        const auto presets = figure(element.child("MaximumNumberOfPresets").text(16));
        node.max_presets =
            presets && *presets > 0
                ? static_cast<std::uint32_t>(std::min(*presets, static_cast<double>(max_presets)))
                : 0;
        const std::string home = element.child("HomeSupported").text(8);
        node.has_home = home == "true" || home == "1";
        nodes.push_back(std::move(node));
    }
    return nodes;
}

Result<PtzStatus> parse_ptz_status(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::ptz, "GetStatusResponse"));
    const Element status = envelope.body.child("PTZStatus");
    const Element head = status.child("Position").child("PanTilt");
    const Element moving = status.child("MoveStatus");
    return PtzStatus{
        .x = figure(head.attribute("x")),
        .y = figure(head.attribute("y")),
        .zoom = figure(status.child("Position").child("Zoom").attribute("x")),
        .moving = moving.child("PanTilt").text(16) == "MOVING" || moving.child("Zoom").text(16) == "MOVING"};
}

PtzPosition position_of(const PtzStatus& status, const PtzNode& node) {
    PtzPosition position{.pan = {}, .tilt = {}, .zoom = {}, .moving = status.moving};
    if (node.absolute_pan_tilt && status.x && status.y) {
        position.pan = share_of(node.absolute_pan_tilt->x, *status.x) * 2 - 1;
        position.tilt = share_of(node.absolute_pan_tilt->y, *status.y) * 2 - 1;
    }
    if (node.absolute_zoom && status.zoom) position.zoom = share_of(node.absolute_zoom->x, *status.zoom);
    return position;
}

Result<std::vector<PtzPreset>> parse_presets(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::ptz, "GetPresetsResponse"));
    std::vector<PtzPreset> presets;
    for (const Element& element : envelope.body.children(ns::ptz, "Preset")) {
        if (presets.size() == max_presets) break;
        PtzPreset preset{.token = element.attribute("token"),
                         .name = element.child("Name").text(max_preset_name_bytes)};
        const bool usable = !preset.token.empty() && preset.token.size() <= max_ptz_token_bytes;
        if (!usable || std::ranges::find(presets, preset.token, &PtzPreset::token) != presets.end()) continue;
        if (preset.name.empty()) preset.name = preset.token;
        presets.push_back(std::move(preset));
    }
    return presets;
}

Result<std::string> parse_set_preset(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::ptz, "SetPresetResponse"));
    std::string token = envelope.body.child("PresetToken").text();
    if (token.empty() || token.size() > max_ptz_token_bytes)
        return fail(ErrorKind::corrupt, "the camera does not say which preset it has set");
    return token;
}

}  // namespace vedette::onvif
