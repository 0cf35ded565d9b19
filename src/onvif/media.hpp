#pragma once
// The media services, version 1 (ONVIF Media Service) and 2 (ONVIF Media Service 2): profiles and their
// streams.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::onvif {

constexpr std::size_t max_profiles = 128;
constexpr std::uint32_t max_picture_side = 32'768;  ///< pixels

enum class MediaVersion : std::uint8_t { media1, media2 };
enum class VideoEncoding : std::uint8_t { none, h264, h265, jpeg, other };
std::string_view to_string(VideoEncoding encoding);

/// One media profile: a video source with an encoder's settings.
struct Profile {
    std::string token;
    std::string name;
    std::string source;  ///< token of the video source; the same for all profiles of one lens
    VideoEncoding encoding = VideoEncoding::none;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    double frames_per_second = 0;
    bool has_audio = false;
    bool has_ptz = false;
    std::string ptz_node{};  ///< token of the node that moves it; may be empty

    friend bool operator==(const Profile&, const Profile&) = default;
};

std::string get_profiles(MediaVersion version);
std::string get_stream_uri(MediaVersion version, std::string_view profile_token);
std::string get_snapshot_uri(MediaVersion version, std::string_view profile_token);

/// What becomes one camera: the profiles of one video source.
struct Pair {
    Profile main;
    Profile sub;  ///< its token is empty when there is none
};

/// Main is the largest picture of a video source that we can record; sub is, of the smaller ones with the
/// same coding as a wall shows it, the largest of at most 720 x 576 pixels, else the smallest. In the order
/// of the sources.
std::vector<Pair> pair_profiles(const std::vector<Profile>& profiles);

}  // namespace vedette::onvif
