#include "onvif/imaging.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "onvif/namespaces.hpp"
#include "onvif/soap.hpp"

namespace vedette::onvif {

namespace {

constexpr std::size_t max_modes = 8;

struct Name {
    std::string_view ours;
    std::string_view theirs;
};
// In the order of tt:ImagingSettings20, which the schema demands: BacklightCompensation, Brightness,
// ColorSaturation, Contrast, Exposure, Focus, IrCutFilter, Sharpness.
constexpr std::array<Name, 3> before_focus = {
    {{"brightness", "Brightness"}, {"saturation", "ColorSaturation"}, {"contrast", "Contrast"}}};
constexpr Name after_focus{"sharpness", "Sharpness"};

std::optional<double> number(const Element& element) {
    const std::string text = element.text(32);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::vector<std::string> modes(const Element& parent, std::string_view name) {
    std::vector<std::string> found;
    for (const Element& child : parent.children())
        if (child.local_name() == name && found.size() < max_modes) found.push_back(child.text(16));
    return found;
}

void take_number(Imaging& imaging, const Element& settings, const Element& options, const Name& name) {
    const auto value = number(settings.child(name.theirs));
    const auto min = number(options.child(name.theirs).child("Min"));
    const auto max = number(options.child(name.theirs).child("Max"));
    if (value && min && max && *min < *max)
        imaging.numbers.push_back(
            {.name = std::string(name.ours), .value = *value, .min = *min, .max = *max});
}

Result<std::string> write_number(const Imaging& now, const ImagingChange& change, const Name& name) {
    const auto wanted = std::ranges::find(change.numbers, name.ours, &std::pair<std::string, double>::first);
    if (wanted == change.numbers.end()) return std::string();
    const auto known = std::ranges::find(now.numbers, name.ours, &ImagingNumber::name);
    if (wanted->second < known->min || wanted->second > known->max)
        return fail(ErrorKind::invalid_input, "{}: the camera takes {} to {}", name.ours, known->min,
                    known->max);
    return fmt::format("<tt:{0}>{1}</tt:{0}>", name.theirs, wanted->second);
}

Result<> check_mode(std::string_view field, const std::string& wanted,
                    const std::vector<std::string>& modes) {
    if (wanted.empty() || std::ranges::find(modes, wanted) != modes.end()) return {};
    return fail(ErrorKind::invalid_input, "{}: the camera does not have this mode", field);
}

std::string source(std::string_view token) {
    return fmt::format("<timg:VideoSourceToken>{}</timg:VideoSourceToken>", escape(token));
}

std::string request(std::string_view name, std::string_view content) {
    return fmt::format(R"(<timg:{0} xmlns:timg="{1}">{2}</timg:{0}>)", name, ns::imaging, content);
}

}  // namespace

std::string get_imaging_settings(std::string_view source_token) {
    return request("GetImagingSettings", source(source_token));
}
std::string get_imaging_options(std::string_view source_token) {
    return request("GetOptions", source(source_token));
}

Result<Imaging> parse_imaging(std::string_view settings_answer, std::string_view options_answer) {
    VEDETTE_TRY(const Envelope settings,
                parse_answer(settings_answer, ns::imaging, "GetImagingSettingsResponse"));
    VEDETTE_TRY(const Envelope options, parse_answer(options_answer, ns::imaging, "GetOptionsResponse"));
    const Element is = settings.body.child("ImagingSettings");
    const Element can = options.body.child("ImagingOptions");
    Imaging imaging;
    for (const Name& name : before_focus) take_number(imaging, is, can, name);
    take_number(imaging, is, can, after_focus);
    imaging.ir_cut_modes = modes(can, "IrCutFilterModes");
    if (!imaging.ir_cut_modes.empty()) imaging.ir_cut = is.child("IrCutFilter").text(16);
    imaging.focus_modes = modes(can.child("Focus"), "AutoFocusModes");
    if (!imaging.focus_modes.empty()) imaging.focus = is.child("Focus").child("AutoFocusMode").text(16);
    return imaging;
}

Result<std::string> set_imaging_settings(std::string_view source_token, const Imaging& now,
                                         const ImagingChange& change) {
    for (const auto& [name, value] : change.numbers)
        if (std::ranges::find(now.numbers, name, &ImagingNumber::name) == now.numbers.end())
            return fail(ErrorKind::invalid_input, "{}: the camera can't set this", clean_text(name, 32));
    VEDETTE_CHECK(check_mode("ir_cut", change.ir_cut, now.ir_cut_modes));
    VEDETTE_CHECK(check_mode("focus", change.focus, now.focus_modes));
    std::string content;
    for (const Name& name : before_focus) {
        VEDETTE_TRY(const std::string written, write_number(now, change, name));
        content += written;
    }
    if (!change.focus.empty())
        content +=
            fmt::format("<tt:Focus><tt:AutoFocusMode>{}</tt:AutoFocusMode></tt:Focus>", escape(change.focus));
    if (!change.ir_cut.empty())
        content += fmt::format("<tt:IrCutFilter>{}</tt:IrCutFilter>", escape(change.ir_cut));
    VEDETTE_TRY(const std::string sharpness, write_number(now, change, after_focus));
    content += sharpness;
    return request("SetImagingSettings",
                   source(source_token) + fmt::format("<timg:ImagingSettings>{}</timg:ImagingSettings>"
                                                      "<timg:ForcePersistence>true</timg:ForcePersistence>",
                                                      content));
}

}  // namespace vedette::onvif
