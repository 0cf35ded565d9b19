#include "onvif/media.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "onvif/answers.hpp"
#include "onvif/envelope.hpp"
#include "onvif/namespaces.hpp"

namespace vedette::onvif {

namespace {

constexpr std::size_t max_token_bytes = 128;
constexpr std::uint32_t wall_pixels = 720 * 576;

std::string_view uri_of(MediaVersion version) {
    return version == MediaVersion::media2 ? ns::media2 : ns::media;
}

std::uint32_t read_side(const Element& element) {
    const std::string text = element.text(16);
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value <= max_picture_side ? value : 0;
}

double read_rate(const Element& element) {
    const std::string text = element.text(16);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value > 0 && value < 1000 ? value : 0;
}

VideoEncoding read_encoding(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (text == "H264") return VideoEncoding::h264;
    if (text == "H265" || text == "HEVC") return VideoEncoding::h265;
    if (text == "JPEG") return VideoEncoding::jpeg;
    return text.empty() ? VideoEncoding::none : VideoEncoding::other;
}

// Version 1 has the configurations in the profile itself, version 2 within <Configurations>, under other
// names.
struct Configurations {
    Element source;
    Element encoder;
    Element audio;
    Element ptz;
};

Configurations configurations_of(MediaVersion version, const Element& profile) {
    if (version == MediaVersion::media1)
        return {.source = profile.child("VideoSourceConfiguration"),
                .encoder = profile.child("VideoEncoderConfiguration"),
                .audio = profile.child("AudioEncoderConfiguration"),
                .ptz = profile.child("PTZConfiguration")};
    const Element all = profile.child("Configurations");
    return {.source = all.child("VideoSource"),
            .encoder = all.child("VideoEncoder"),
            .audio = all.child("AudioEncoder"),
            .ptz = all.child("PTZ")};
}

Profile read_profile(MediaVersion version, const Element& element) {
    const Configurations parts = configurations_of(version, element);
    const Element resolution = parts.encoder.child("Resolution");
    return {.token = element.attribute("token"),
            .name = element.child("Name").text(max_token_bytes),
            .source = parts.source.child("SourceToken").text(max_token_bytes),
            .encoding = read_encoding(parts.encoder.child("Encoding").text(32)),
            .width = read_side(resolution.child("Width")),
            .height = read_side(resolution.child("Height")),
            .frames_per_second = read_rate(parts.encoder.child("RateControl").child("FrameRateLimit")),
            .has_audio = static_cast<bool>(parts.audio),
            .has_ptz = static_cast<bool>(parts.ptz),
            .ptz_node = parts.ptz.child("NodeToken").text(max_token_bytes)};
}

std::uint64_t pixels(const Profile& profile) {
    return static_cast<std::uint64_t>(profile.width) * profile.height;
}

bool recordable(const Profile& profile) {
    return profile.encoding == VideoEncoding::h264 || profile.encoding == VideoEncoding::h265;
}

// H.264 first where pictures have the same size: everybody can show it.
bool better_main(const Profile& a, const Profile& b) {
    if (pixels(a) != pixels(b)) return pixels(a) > pixels(b);
    if (a.encoding != b.encoding) return a.encoding == VideoEncoding::h264;
    return a.frames_per_second > b.frames_per_second;
}

bool better_sub(const Profile& a, const Profile& b) {
    if (a.encoding != b.encoding) return a.encoding == VideoEncoding::h264;
    const bool a_fits = pixels(a) <= wall_pixels;
    const bool b_fits = pixels(b) <= wall_pixels;
    if (a_fits != b_fits) return a_fits;
    return a_fits ? pixels(a) > pixels(b) : pixels(a) < pixels(b);
}

std::optional<Pair> pair_of_source(const std::vector<Profile>& profiles, std::string_view source) {
    std::optional<Pair> pair;
    for (const Profile& profile : profiles)
        if (profile.source == source && recordable(profile) && (!pair || better_main(profile, pair->main)))
            pair = Pair{.main = profile, .sub = {}};
    if (!pair) return pair;
    for (const Profile& profile : profiles) {
        if (profile.source != source || !recordable(profile) || profile.token == pair->main.token) continue;
        if (pixels(profile) == 0 || pixels(profile) >= pixels(pair->main)) continue;
        if (pair->sub.token.empty() || better_sub(profile, pair->sub)) pair->sub = profile;
    }
    return pair;
}

}  // namespace

std::string_view to_string(VideoEncoding encoding) {
    switch (encoding) {
        case VideoEncoding::none:
            return "no video";
        case VideoEncoding::h264:
            return "H.264";
        case VideoEncoding::h265:
            return "H.265";
        case VideoEncoding::jpeg:
            return "JPEG";
        case VideoEncoding::other:
            break;
    }
    return "another coding";
}

std::string get_profiles(MediaVersion version) {
    if (version == MediaVersion::media2) return "<tr2:GetProfiles><tr2:Type>All</tr2:Type></tr2:GetProfiles>";
    return "<trt:GetProfiles/>";
}

std::string get_stream_uri(MediaVersion version, std::string_view profile_token) {
    if (version == MediaVersion::media2)
        return fmt::format(
            "<tr2:GetStreamUri><tr2:Protocol>RTSP</tr2:Protocol><tr2:ProfileToken>{}</tr2:ProfileToken>"
            "</tr2:GetStreamUri>",
            escape(profile_token));
    return fmt::format(
        "<trt:GetStreamUri><trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP"
        "</tt:Protocol></tt:Transport></trt:StreamSetup><trt:ProfileToken>{}</trt:ProfileToken></"
        "trt:GetStreamUri>",
        escape(profile_token));
}

std::string get_snapshot_uri(MediaVersion version, std::string_view profile_token) {
    const std::string_view prefix = version == MediaVersion::media2 ? "tr2" : "trt";
    return fmt::format("<{0}:GetSnapshotUri><{0}:ProfileToken>{1}</{0}:ProfileToken></{0}:GetSnapshotUri>",
                       prefix, escape(profile_token));
}

Result<std::vector<Profile>> parse_profiles(MediaVersion version, std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, uri_of(version), "GetProfilesResponse"));
    std::vector<Profile> profiles;
    for (const Element& element : envelope.body.children(uri_of(version), "Profiles")) {
        Profile profile = read_profile(version, element);
        if (profile.token.empty() || profile.encoding == VideoEncoding::none) continue;
        if (profiles.size() == max_profiles) break;
        profiles.push_back(std::move(profile));
    }
    return profiles;
}

Result<std::string> parse_stream_uri(MediaVersion version, std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, uri_of(version), "GetStreamUriResponse"));
    if (version == MediaVersion::media2) return envelope.body.child("Uri").text();
    return envelope.body.child("MediaUri").child("Uri").text();
}

Result<std::string> parse_snapshot_uri(MediaVersion version, std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, uri_of(version), "GetSnapshotUriResponse"));
    if (version == MediaVersion::media2) return envelope.body.child("Uri").text();
    return envelope.body.child("MediaUri").child("Uri").text();
}

std::vector<Pair> pair_profiles(const std::vector<Profile>& profiles) {
    std::vector<Pair> pairs;
    std::vector<std::string_view> sources;
    for (const Profile& profile : profiles) {
        if (std::ranges::find(sources, profile.source) != sources.end()) continue;
        sources.push_back(profile.source);
        if (auto pair = pair_of_source(profiles, profile.source)) pairs.push_back(*std::move(pair));
    }
    return pairs;
}

}  // namespace vedette::onvif
