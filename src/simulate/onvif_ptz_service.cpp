// The PTZ service of a simulated camera, and its relays.

#include <algorithm>
#include <charconv>
#include <tuple>

#include "onvif/namespaces.hpp"
#include "onvif/soap.hpp"
#include "simulate/onvif_service.hpp"

namespace vedette::simulate {

namespace {

constexpr std::size_t max_kept_presets = 16;

double figure(const std::string& text) {
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// PT5S, PT0.5S, PT1M: as much of xsd:duration as clients say.
std::optional<Ticks90k> duration(std::string text) {
    if (!text.starts_with("PT")) return std::nullopt;
    const double unit = text.ends_with('M') ? 60 : 1;
    const double seconds = figure(text.substr(2)) * unit;
    if (!(seconds > 0) || seconds > 3600) return std::nullopt;
    return Ticks90k(static_cast<std::int64_t>(seconds * 90'000));
}

std::string range(std::string_view name, double min) {
    return fmt::format("<tt:{0}><tt:Min>{1:.1f}</tt:Min><tt:Max>1.0</tt:Max></tt:{0}>", name, min);
}

std::string space(std::string_view name, std::string_view uri, double min, bool two) {
    return fmt::format("<tt:{0}><tt:URI>http://www.onvif.org/ver10/tptz/{1}</tt:URI>{2}{3}</tt:{0}>", name,
                       uri, range("XRange", min), two ? range("YRange", min) : "");
}

std::string node() {
    return R"(<tptz:PTZNode token="head" FixedHomePosition="false"><tt:Name>Head</tt:Name><tt:SupportedPTZSpaces>)" +
           space("AbsolutePanTiltPositionSpace", "PanTiltSpaces/PositionGenericSpace", -1, true) +
           space("AbsoluteZoomPositionSpace", "ZoomSpaces/PositionGenericSpace", 0, false) +
           space("RelativePanTiltTranslationSpace", "PanTiltSpaces/TranslationGenericSpace", -1, true) +
           space("RelativeZoomTranslationSpace", "ZoomSpaces/TranslationGenericSpace", -1, false) +
           space("ContinuousPanTiltVelocitySpace", "PanTiltSpaces/VelocityGenericSpace", -1, true) +
           space("ContinuousZoomVelocitySpace", "ZoomSpaces/VelocityGenericSpace", -1, false) +
           fmt::format(
               "</tt:SupportedPTZSpaces><tt:MaximumNumberOfPresets>{}</tt:MaximumNumberOfPresets>"
               "<tt:HomeSupported>true</tt:HomeSupported></tptz:PTZNode>",
               max_kept_presets);
}

std::string position_xml(const HeadPosition& at) {
    return fmt::format(R"(<tt:PanTilt x="{:.4f}" y="{:.4f}"/><tt:Zoom x="{:.4f}"/>)", at.pan, at.tilt,
                       at.zoom);
}

std::string status(OnvifDevice& device, UtcTime now) {
    const std::string_view moving = device.head.moving(now) ? "MOVING" : "IDLE";
    return fmt::format(
        "<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position>{0}</"
        "tt:Position><tt:MoveStatus><tt:PanTilt>{1}</tt:PanTilt>"
        "<tt:Zoom>{1}</tt:Zoom></tt:MoveStatus><tt:UtcTime>{2}</tt:UtcTime></tptz:PTZStatus></"
        "tptz:GetStatusResponse>",
        position_xml(device.head.position(now)), moving, onvif::to_xml_time(now + device.clock_offset));
}

std::string presets(const OnvifDevice& device) {
    std::string out = "<tptz:GetPresetsResponse>";
    for (const auto& [token, preset] : device.head.presets)
        out += fmt::format(
            R"(<tptz:Preset token="{}"><tt:Name>{}</tt:Name><tt:PTZPosition>{}</tt:PTZPosition></tptz:Preset>)",
            token, onvif::escape(preset.name), position_xml(preset.position));
    return out + "</tptz:GetPresetsResponse>";
}

// What is not named stays as it is.
HeadPosition read_vector(const onvif::Element& element, HeadPosition vector) {
    if (const auto head = element.child("PanTilt")) {
        vector.pan = figure(head.attribute("x"));
        vector.tilt = figure(head.attribute("y"));
    }
    if (const auto lens = element.child("Zoom")) vector.zoom = figure(lens.attribute("x"));
    return vector;
}

OnvifAnswer ptz_done(std::string_view name) {
    return onvif_ok(fmt::format("<tptz:{}Response/>", name));
}

OnvifAnswer set_preset(OnvifDevice& device, const onvif::Element& request, UtcTime now) {
    std::string token = request.child("PresetToken").text();
    OnvifHead& head = device.head;
    if (token.empty()) {
        if (head.presets.size() >= max_kept_presets) return onvif_refused("No more presets can be kept");
        token = fmt::format("preset{}", ++head.last_preset);
    } else if (!head.presets.contains(token)) {
        return onvif_refused("There is no such preset");
    }
    head.presets[token] = {.name = request.child("PresetName").text(64), .position = head.position(now)};
    return onvif_ok(fmt::format(
        "<tptz:SetPresetResponse><tptz:PresetToken>{}</tptz:PresetToken></tptz:SetPresetResponse>", token));
}

}  // namespace

OnvifAnswer answer_ptz_service(OnvifDevice& device, const onvif::Element& request, UtcTime now) {
    const std::string_view name = request.local_name();
    OnvifHead& head = device.head;
    if (name == "GetNodes") return onvif_ok("<tptz:GetNodesResponse>" + node() + "</tptz:GetNodesResponse>");
    if (name == "GetNode") return onvif_ok("<tptz:GetNodeResponse>" + node() + "</tptz:GetNodeResponse>");
    if (name == "GetConfigurations")
        return onvif_ok("<tptz:GetConfigurationsResponse>" + ptz_configuration("tptz:PTZConfiguration") +
                        "</tptz:GetConfigurationsResponse>");
    const std::string profile = request.child("ProfileToken").text();
    const bool known =
        std::ranges::find(device.streams, profile, &OnvifStream::token) != device.streams.end();
    if (!known) return onvif_refused("There is no such profile");
    if (name == "GetStatus") return onvif_ok(status(device, now));
    if (name == "ContinuousMove") {
        head.move_on(read_vector(request.child("Velocity"), {}), duration(request.child("Timeout").text()),
                     now);
        return ptz_done(name);
    }
    if (name == "Stop") {
        head.stop(now);
        return ptz_done(name);
    }
    if (name == "AbsoluteMove") {
        head.move_to(read_vector(request.child("Position"), head.position(now)), now);
        return ptz_done(name);
    }
    if (name == "RelativeMove") {
        const HeadPosition by = read_vector(request.child("Translation"), {});
        const HeadPosition at = head.position(now);
        head.move_to({.pan = at.pan + by.pan, .tilt = at.tilt + by.tilt, .zoom = at.zoom + by.zoom}, now);
        return ptz_done(name);
    }
    if (name == "GetPresets") return onvif_ok(presets(device));
    if (name == "SetPreset") return set_preset(device, request, now);
    if (name == "GotoHomePosition" || name == "SetHomePosition") {
        if (name == "SetHomePosition")
            head.home = head.position(now);
        else
            head.move_to(head.home, now);
        return ptz_done(name);
    }
    if (name == "GotoPreset" || name == "RemovePreset") {
        const auto found = head.presets.find(request.child("PresetToken").text());
        if (found == head.presets.end()) return onvif_refused("There is no such preset");
        if (name == "GotoPreset")
            head.move_to(found->second.position, now);
        else
            head.presets.erase(found);
        return ptz_done(name);
    }
    return onvif_not_implemented();
}

std::string ptz_configuration(std::string_view element) {
    return fmt::format(
        R"(<{0} token="head"><tt:Name>Head</tt:Name><tt:UseCount>2</tt:UseCount><tt:NodeToken>head</tt:NodeToken>)"
        R"(<tt:DefaultPTZTimeout>PT5S</tt:DefaultPTZTimeout></{0}>)",
        element);
}

std::optional<OnvifAnswer> answer_relays(OnvifDevice& device, const onvif::Element& request, UtcTime now) {
    const auto answered = [&](std::string_view name, std::string_view content) {
        return onvif_ok(fmt::format(R"(<r:{0}Response xmlns:r="{1}">{2}</r:{0}Response>)", name,
                                    request.namespace_uri(), content));
    };
    if (request.local_name() == "GetRelayOutputs") {
        std::string out;
        for (const auto& [token, mode, delay] :
             {std::tuple("relay1", "Bistable", "PT0S"), std::tuple("relay2", "Monostable", "PT2S")})
            out += fmt::format(
                R"(<r:RelayOutputs token="{}"><tt:Properties><tt:Mode>{}</tt:Mode><tt:DelayTime>{}</tt:DelayTime>)"
                R"(<tt:IdleState>open</tt:IdleState></tt:Properties></r:RelayOutputs>)",
                token, mode, delay);
        return answered("GetRelayOutputs", out);
    }
    if (request.local_name() != "SetRelayOutputState") return std::nullopt;
    const bool active = request.child("LogicalState").text() == "active";
    if (!device.events.switch_relay(request.child("RelayOutputToken").text(), active, now))
        return onvif_refused("There is no such relay");
    return answered("SetRelayOutputState", "");
}

OnvifAnswer answer_device_io_service(OnvifDevice& device, const onvif::Element& request, UtcTime now) {
    const std::string_view words =
        device.relays == OnvifRelays::device_io_words ? onvif::ns::device_io : onvif::ns::device;
    if (request.namespace_uri() != words) return onvif_not_implemented();
    return answer_relays(device, request, now).value_or(onvif_not_implemented());
}

}  // namespace vedette::simulate
