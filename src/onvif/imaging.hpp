#pragma once
// The imaging service (ONVIF Imaging Service): what can be set of a video source, and how it is set.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace vedette::onvif {

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
/// What both answers tell together; what has no range in the options can't be set and is left out.
Result<Imaging> parse_imaging(std::string_view settings_answer, std::string_view options_answer);

struct ImagingChange {
    std::vector<std::pair<std::string, double>> numbers;
    std::string ir_cut;  ///< empty: stays
    std::string focus;   ///< empty: stays
};
/// `invalid_input` for what the camera does not have, or a value outside of its range.
Result<std::string> set_imaging_settings(std::string_view source_token, const Imaging& now,
                                         const ImagingChange& change);

}  // namespace vedette::onvif
