// The imaging service: one video source whose values can be set.

#include <algorithm>
#include <charconv>

#include "onvif/namespaces.hpp"
#include "onvif/soap.hpp"
#include "simulate/onvif_service.hpp"

namespace vedette::simulate {

namespace {

constexpr double lowest = 0;
constexpr double highest = 100;

std::optional<double> number(const std::string& text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string answer(std::string_view name, std::string_view content) {
    return fmt::format(R"(<timg:{0} xmlns:timg="{1}">{2}</timg:{0}>)", name, onvif::ns::imaging, content);
}

std::string settings(const OnvifImaging& imaging) {
    return fmt::format(
        "<timg:ImagingSettings><tt:Brightness>{}</tt:Brightness><tt:ColorSaturation>{}</tt:ColorSaturation>"
        "<tt:Contrast>{}</tt:Contrast><tt:Focus><tt:AutoFocusMode>{}</tt:AutoFocusMode></tt:Focus>"
        "<tt:IrCutFilter>{}</tt:IrCutFilter><tt:Sharpness>{}</tt:Sharpness></timg:ImagingSettings>",
        imaging.brightness, imaging.saturation, imaging.contrast, imaging.focus, imaging.ir_cut,
        imaging.sharpness);
}

std::string range(std::string_view name) {
    return fmt::format("<tt:{0}><tt:Min>{1}</tt:Min><tt:Max>{2}</tt:Max></tt:{0}>", name, lowest, highest);
}

std::string options() {
    return "<timg:ImagingOptions>" + range("Brightness") + range("ColorSaturation") + range("Contrast") +
           "<tt:Focus><tt:AutoFocusModes>AUTO</tt:AutoFocusModes><tt:AutoFocusModes>MANUAL</"
           "tt:AutoFocusModes>"
           "</tt:Focus><tt:IrCutFilterModes>ON</tt:IrCutFilterModes><tt:IrCutFilterModes>OFF"
           "</tt:IrCutFilterModes><tt:IrCutFilterModes>AUTO</tt:IrCutFilterModes>" +
           range("Sharpness") + "</timg:ImagingOptions>";
}

// All or nothing.
std::optional<OnvifImaging> changed(OnvifImaging imaging, const onvif::Element& request) {
    const onvif::Element wanted = request.child("ImagingSettings");
    const std::pair<const char*, double*> numbers[] = {{"Brightness", &imaging.brightness},
                                                       {"ColorSaturation", &imaging.saturation},
                                                       {"Contrast", &imaging.contrast},
                                                       {"Sharpness", &imaging.sharpness}};
    for (const auto& [name, target] : numbers) {
        if (!wanted.child(name)) continue;
        const auto value = number(wanted.child(name).text());
        if (!value || *value < lowest || *value > highest) return std::nullopt;
        *target = *value;
    }
    if (const std::string mode = wanted.child("IrCutFilter").text(); !mode.empty()) {
        if (mode != "ON" && mode != "OFF" && mode != "AUTO") return std::nullopt;
        imaging.ir_cut = mode;
    }
    if (const std::string mode = wanted.child("Focus").child("AutoFocusMode").text(); !mode.empty()) {
        if (mode != "AUTO" && mode != "MANUAL") return std::nullopt;
        imaging.focus = mode;
    }
    return imaging;
}

}  // namespace

OnvifAnswer answer_imaging_service(OnvifDevice& device, const onvif::Element& request, UtcTime) {
    const std::string_view name = request.local_name();
    if (request.child("VideoSourceToken").text() != onvif_source_token)
        return onvif_refused("There is no such video source");
    if (name == "GetImagingSettings")
        return onvif_ok(answer("GetImagingSettingsResponse", settings(device.imaging)));
    if (name == "GetOptions") return onvif_ok(answer("GetOptionsResponse", options()));
    if (name == "SetImagingSettings") {
        const auto imaging = changed(device.imaging, request);
        if (!imaging) return onvif_refused("Invalid imaging settings");
        device.imaging = *imaging;
        return onvif_ok(answer("SetImagingSettingsResponse", {}));
    }
    return onvif_not_implemented();
}

}  // namespace vedette::simulate
