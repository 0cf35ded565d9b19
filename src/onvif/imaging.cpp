#include "onvif/imaging.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "onvif/answers.hpp"
#include "onvif/envelope.hpp"
#include "onvif/namespaces.hpp"

namespace vedette::onvif {

namespace {

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
        if (child.local_name() == name && found.size() < max_imaging_modes)
            found.push_back(child.text(max_mode_bytes));
    return found;
}

std::optional<ImagingRange> range(const Element& element) {
    const auto min = number(element.child("Min"));
    const auto max = number(element.child("Max"));
    if (!min || !max || !(*min < *max)) return std::nullopt;
    return ImagingRange{.min = *min, .max = *max};
}

void add(Imaging& imaging, const Name& name, std::optional<double> value, std::optional<ImagingRange> range) {
    if (value && range)
        imaging.numbers.push_back(
            {.name = std::string(name.ours), .value = *value, .min = range->min, .max = range->max});
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

Result<ImagingSettings> parse_imaging_settings(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::imaging, "GetImagingSettingsResponse"));
    const Element is = envelope.body.child("ImagingSettings");
    return ImagingSettings{.brightness = number(is.child("Brightness")),
                           .saturation = number(is.child("ColorSaturation")),
                           .contrast = number(is.child("Contrast")),
                           .sharpness = number(is.child("Sharpness")),
                           .ir_cut = is.child("IrCutFilter").text(max_mode_bytes),
                           .focus = is.child("Focus").child("AutoFocusMode").text(max_mode_bytes)};
}

Result<ImagingOptions> parse_imaging_options(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::imaging, "GetOptionsResponse"));
    const Element can = envelope.body.child("ImagingOptions");
    return ImagingOptions{.brightness = range(can.child("Brightness")),
                          .saturation = range(can.child("ColorSaturation")),
                          .contrast = range(can.child("Contrast")),
                          .sharpness = range(can.child("Sharpness")),
                          .ir_cut_modes = modes(can, "IrCutFilterModes"),
                          .focus_modes = modes(can.child("Focus"), "AutoFocusModes")};
}

Imaging put_together(const ImagingSettings& settings, const ImagingOptions& options) {
    Imaging imaging{.numbers = {},
                    .ir_cut = options.ir_cut_modes.empty() ? std::string() : settings.ir_cut,
                    .ir_cut_modes = options.ir_cut_modes,
                    .focus = options.focus_modes.empty() ? std::string() : settings.focus,
                    .focus_modes = options.focus_modes};
    add(imaging, before_focus[0], settings.brightness, options.brightness);
    add(imaging, before_focus[1], settings.saturation, options.saturation);
    add(imaging, before_focus[2], settings.contrast, options.contrast);
    add(imaging, after_focus, settings.sharpness, options.sharpness);
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
