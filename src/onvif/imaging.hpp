#pragma once
// The imaging service (ONVIF Imaging Service): what can be set of a video source, and how it is set.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace vedette::onvif {

constexpr std::size_t max_imaging_modes = 8;
constexpr std::size_t max_mode_bytes = 16;

/// A number within its range. The names are ours: brightness, contrast, saturation, sharpness.
struct ImagingNumber {
    std::string name;
    double value = 0;
    double min = 0;
    double max = 0;
};
struct Imaging {
    std::vector<ImagingNumber> numbers;
    std::string ir_cut;  ///< ON, OFF or AUTO; empty: it has none
    std::vector<std::string> ir_cut_modes;
    std::string focus;  ///< AUTO or MANUAL; empty: it has none
    std::vector<std::string> focus_modes;
};

std::string get_imaging_settings(std::string_view source_token);
std::string get_imaging_options(std::string_view source_token);
/// What the answer to each of them says: the names are ours.
struct ImagingSettings {
    std::optional<double> brightness;
    std::optional<double> saturation;
    std::optional<double> contrast;
    std::optional<double> sharpness;
    std::string ir_cut;
    std::string focus;
};
struct ImagingRange {
    double min = 0;
    double max = 0;
};
struct ImagingOptions {
    std::optional<ImagingRange> brightness;
    std::optional<ImagingRange> saturation;
    std::optional<ImagingRange> contrast;
    std::optional<ImagingRange> sharpness;
    std::vector<std::string> ir_cut_modes;
    std::vector<std::string> focus_modes;
};
/// What both tell together; what has no range in the options can't be set and is left out.
Imaging put_together(const ImagingSettings& settings, const ImagingOptions& options);

struct ImagingChange {
    std::vector<std::pair<std::string, double>> numbers;
    std::string ir_cut;  ///< empty: stays
    std::string focus;   ///< empty: stays
};
/// `invalid_input` for what the camera does not have, or a value outside of its range.
Result<std::string> set_imaging_settings(std::string_view source_token, const Imaging& now,
                                         const ImagingChange& change);

}  // namespace vedette::onvif
