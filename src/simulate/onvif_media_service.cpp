// The media services, version 1 and 2.

#include <algorithm>

#include "onvif/soap.hpp"
#include "simulate/onvif_service.hpp"

namespace vedette::simulate {

namespace {

constexpr std::string_view source_token = onvif_source_token;

// `element`: Profiles in a list, Profile alone.
std::string profile1(const OnvifDevice& device, const OnvifStream& s, std::string_view element) {
    return fmt::format(
        R"(<trt:{7} token="{0}" fixed="true"><tt:Name>{0}</tt:Name><tt:VideoSourceConfiguration token="{1}">)"
        R"(<tt:Name>{1}</tt:Name><tt:UseCount>2</tt:UseCount><tt:SourceToken>{1}</tt:SourceToken>)"
        R"(<tt:Bounds x="0" y="0" width="{2}" height="{3}"/></tt:VideoSourceConfiguration>)"
        R"(<tt:VideoEncoderConfiguration token="encoder_{0}"><tt:Name>{0}</tt:Name><tt:UseCount>1</tt:UseCount>)"
        R"(<tt:Encoding>{5}</tt:Encoding><tt:Resolution><tt:Width>{2}</tt:Width><tt:Height>{3}</tt:Height>)"
        R"(</tt:Resolution><tt:Quality>5</tt:Quality><tt:RateControl><tt:FrameRateLimit>{4:.0f}</tt:FrameRateLimit>)"
        R"(<tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl>)"
        R"(</tt:VideoEncoderConfiguration>{6}</trt:{7}>)",
        s.token, source_token, s.width, s.height, s.frames_per_second, s.encoding,
        device.has_head() ? ptz_configuration("tt:PTZConfiguration") : "", element);
}

std::string profiles1(const OnvifDevice& device) {
    std::string out = "<trt:GetProfilesResponse>";
    for (const OnvifStream& s : device.streams) out += profile1(device, s, "Profiles");
    return out + "</trt:GetProfilesResponse>";
}

OnvifAnswer one_profile(const OnvifDevice& device, const onvif::Element& request) {
    const auto stream =
        std::ranges::find(device.streams, request.child("ProfileToken").text(), &OnvifStream::token);
    if (stream == device.streams.end()) return onvif_refused("There is no such profile");
    return onvif_ok("<trt:GetProfileResponse>" + profile1(device, *stream, "Profile") +
                    "</trt:GetProfileResponse>");
}

std::string profiles2(const OnvifDevice& device) {
    std::string out = "<tr2:GetProfilesResponse>";
    for (const OnvifStream& s : device.streams)
        out += fmt::format(
            R"(<tr2:Profiles token="{0}" fixed="true"><tr2:Name>{0}</tr2:Name><tr2:Configurations>)"
            R"(<tr2:VideoSource token="{1}"><tt:Name>{1}</tt:Name><tt:UseCount>2</tt:UseCount>)"
            R"(<tt:SourceToken>{1}</tt:SourceToken><tt:Bounds x="0" y="0" width="{2}" height="{3}"/></tr2:VideoSource>)"
            R"(<tr2:VideoEncoder token="encoder_{0}"><tt:Name>{0}</tt:Name><tt:UseCount>1</tt:UseCount>)"
            R"(<tt:Encoding>{5}</tt:Encoding><tt:Resolution><tt:Width>{2}</tt:Width><tt:Height>{3}</tt:Height>)"
            R"(</tt:Resolution><tt:RateControl ConstantBitRate="false"><tt:FrameRateLimit>{4:.0f}</tt:FrameRateLimit>)"
            R"(<tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl><tt:Quality>5</tt:Quality></tr2:VideoEncoder>)"
            R"({6}</tr2:Configurations></tr2:Profiles>)",
            s.token, source_token, s.width, s.height, s.frames_per_second, s.encoding,
            device.has_head() ? ptz_configuration("tr2:PTZ") : "");
    return out + "</tr2:GetProfilesResponse>";
}

std::string video_sources(const OnvifDevice& device) {
    const OnvifStream& main = device.streams.front();
    return fmt::format(
        R"(<trt:GetVideoSourcesResponse><trt:VideoSources token="{}"><tt:Framerate>{:.0f}</tt:Framerate><tt:Resolution>)"
        R"(<tt:Width>{}</tt:Width><tt:Height>{}</tt:Height></tt:Resolution></trt:VideoSources>)"
        R"(</trt:GetVideoSourcesResponse>)",
        source_token, main.frames_per_second, main.width, main.height);
}

std::optional<std::string> stream_uri(const OnvifDevice& device, const onvif::Element& request,
                                      bool version2) {
    const std::string token = request.child("ProfileToken").text();
    for (const OnvifStream& s : device.streams) {
        if (s.token != token) continue;
        if (version2)
            return fmt::format("<tr2:GetStreamUriResponse><tr2:Uri>{}</tr2:Uri></tr2:GetStreamUriResponse>",
                               s.url);
        return fmt::format(
            "<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{}</tt:Uri><tt:InvalidAfterConnect>false"
            "</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</"
            "tt:Timeout>"
            "</trt:MediaUri></trt:GetStreamUriResponse>",
            s.url);
    }
    return std::nullopt;
}

OnvifAnswer answer(const OnvifDevice& device, const onvif::Element& request, bool version2) {
    const std::string_view name = request.local_name();
    if (name == "GetProfiles") return onvif_ok(version2 ? profiles2(device) : profiles1(device));
    if (name == "GetProfile" && !version2) return one_profile(device, request);
    if (name == "GetVideoSources" && !version2) return onvif_ok(video_sources(device));
    if (name == "GetStreamUri") {
        if (const auto answered = stream_uri(device, request, version2)) return onvif_ok(*answered);
        return onvif_refused("There is no such profile");
    }
    if (name == "GetSnapshotUri" && !device.snapshot.empty()) {
        const std::string uri = device.base + "/snapshot.jpg";
        if (version2)
            return onvif_ok(fmt::format(
                "<tr2:GetSnapshotUriResponse><tr2:Uri>{}</tr2:Uri></tr2:GetSnapshotUriResponse>", uri));
        return onvif_ok(fmt::format(
            "<trt:GetSnapshotUriResponse><trt:MediaUri><tt:Uri>{}</tt:Uri><tt:InvalidAfterConnect>false"
            "</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S"
            "</tt:Timeout></trt:MediaUri></trt:GetSnapshotUriResponse>",
            uri));
    }
    return onvif_not_implemented();
}

}  // namespace

OnvifAnswer answer_media_service(OnvifDevice& device, const onvif::Element& request, UtcTime) {
    return answer(device, request, false);
}

OnvifAnswer answer_media2_service(OnvifDevice& device, const onvif::Element& request, UtcTime) {
    return answer(device, request, true);
}

}  // namespace vedette::simulate
