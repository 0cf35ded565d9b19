#pragma once
// The recording search service (ONVIF Recording Search Service specification): what a device keeps, and of
// which time.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace vedette::onvif {

constexpr std::size_t max_found_recordings = 64;
constexpr std::size_t max_recording_tracks = 16;  ///< of one recording

// Bodies of requests.
std::string find_recordings();
std::string get_recording_search_results(std::string_view search_token);
std::string end_search(std::string_view search_token);

/// Times are by the camera's clock.
struct RecordingTrack {
    bool is_video = false;
    std::optional<UtcTime> from;
    std::optional<UtcTime> to;
};
struct RecordingInformation {
    std::string token;
    std::string source;  ///< what it calls the source of the recording, for people
    std::optional<UtcTime> earliest;
    std::optional<UtcTime> latest;
    bool is_recording = false;  ///< it still grows, whatever `latest` says
    std::vector<RecordingTrack> tracks;

    bool has_video() const;
};
struct SearchResults {
    bool completed = false;
    std::vector<RecordingInformation> recordings;
};

/// The recording of video that covers most of `interval`, given by the camera's clock; nullptr when none has
/// any of it. A recording that does not say from when to when it goes may have it.
const RecordingInformation* best_recording(const std::vector<RecordingInformation>& recordings,
                                           UtcInterval interval);

}  // namespace vedette::onvif
