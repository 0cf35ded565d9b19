#include "simulate/onvif_device.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "base/id.hpp"
#include "crypto/digest.hpp"
#include "onvif/namespaces.hpp"
#include "onvif/soap.hpp"

namespace vedette::simulate {

namespace {

namespace ns = onvif::ns;

/// As much as ONVIF devices usually tolerate.
constexpr Ticks90k max_created_distance = std::chrono::seconds(60);
constexpr std::string_view source_token = "source";

std::string date_and_time(std::string_view name, UtcTime time) {
    const std::chrono::sys_seconds moment{std::chrono::seconds(to_unix_seconds(time))};
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{moment - day};
    return fmt::format(
        "<tt:{0}><tt:Time><tt:Hour>{1}</tt:Hour><tt:Minute>{2}</tt:Minute><tt:Second>{3}</tt:Second></"
        "tt:Time>"
        "<tt:Date><tt:Year>{4}</tt:Year><tt:Month>{5}</tt:Month><tt:Day>{6}</tt:Day></tt:Date></tt:{0}>",
        name, clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
        static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()));
}

std::string system_date_and_time(const OnvifDevice& device, UtcTime now) {
    return fmt::format(
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType>"
        "<tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone>{}"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>",
        date_and_time("UTCDateTime", now + device.clock_offset));
}

std::string service(std::string_view uri, const OnvifDevice& device, std::string_view path) {
    return fmt::format(
        "<tds:Service><tds:Namespace>{}</tds:Namespace><tds:XAddr>{}/onvif/{}</tds:XAddr><tds:Version>"
        "<tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>",
        uri, device.base, path);
}

std::string services(const OnvifDevice& device) {
    std::string out = "<tds:GetServicesResponse>" + service(ns::device, device, "device_service") +
                      service(ns::media, device, "media_service");
    if (device.has_media2()) out += service(ns::media2, device, "media2_service");
    if (device.storage)
        out += service(ns::search, device, "search_service") + service(ns::replay, device, "replay_service");
    return out + "</tds:GetServicesResponse>";
}

std::string capabilities(const OnvifDevice& device) {
    return fmt::format(
        "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Device><tt:XAddr>{0}/onvif/device_service</"
        "tt:XAddr>"
        "</tt:Device><tt:Media><tt:XAddr>{0}/onvif/media_service</tt:XAddr><tt:StreamingCapabilities>"
        "<tt:RTPMulticast>false</tt:RTPMulticast><tt:RTP_TCP>true</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</"
        "tt:RTP_RTSP_TCP>"
        "</tt:StreamingCapabilities></tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>",
        device.base);
}

std::string device_information(const OnvifDevice& device) {
    return fmt::format(
        "<tds:GetDeviceInformationResponse><tds:Manufacturer>Vedette</tds:Manufacturer><tds:Model>Simulated "
        "camera"
        "</tds:Model><tds:FirmwareVersion>1.0.{}</tds:FirmwareVersion><tds:SerialNumber>{}</tds:SerialNumber>"
        "<tds:HardwareId>none</tds:HardwareId></tds:GetDeviceInformationResponse>",
        device.number, device.serial());
}

std::string network_interfaces(const OnvifDevice& device) {
    return fmt::format(
        "<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces "
        "token=\"eth0\"><tt:Enabled>true</tt:Enabled><tt:Info>"
        "<tt:Name>eth0</tt:Name><tt:HwAddress>{}</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info></"
        "tds:NetworkInterfaces>"
        "</tds:GetNetworkInterfacesResponse>",
        device.mac());
}

std::string scopes(const OnvifDevice& device) {
    std::string out = "<tds:GetScopesResponse>";
    for (const std::string& scope : device.discovered().scopes)
        out += fmt::format(
            "<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>{}</tt:ScopeItem></tds:Scopes>",
            onvif::escape(scope));
    return out + "</tds:GetScopesResponse>";
}

std::string profiles1(const OnvifDevice& device) {
    std::string out = "<trt:GetProfilesResponse>";
    for (const OnvifStream& s : device.streams)
        out += fmt::format(
            R"(<trt:Profiles token="{0}" fixed="true"><tt:Name>{0}</tt:Name><tt:VideoSourceConfiguration token="{1}">)"
            R"(<tt:Name>{1}</tt:Name><tt:UseCount>2</tt:UseCount><tt:SourceToken>{1}</tt:SourceToken>)"
            R"(<tt:Bounds x="0" y="0" width="{2}" height="{3}"/></tt:VideoSourceConfiguration>)"
            R"(<tt:VideoEncoderConfiguration token="encoder_{0}"><tt:Name>{0}</tt:Name><tt:UseCount>1</tt:UseCount>)"
            R"(<tt:Encoding>{5}</tt:Encoding><tt:Resolution><tt:Width>{2}</tt:Width><tt:Height>{3}</tt:Height>)"
            R"(</tt:Resolution><tt:Quality>5</tt:Quality><tt:RateControl><tt:FrameRateLimit>{4:.0f}</tt:FrameRateLimit>)"
            R"(<tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl>)"
            R"(</tt:VideoEncoderConfiguration></trt:Profiles>)",
            s.token, source_token, s.width, s.height, s.frames_per_second, s.encoding);
    return out + "</trt:GetProfilesResponse>";
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
            R"(</tr2:Configurations></tr2:Profiles>)",
            s.token, source_token, s.width, s.height, s.frames_per_second, s.encoding);
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

OnvifAnswer ok(std::string_view body) {
    return {.status = 200, .body = onvif::write_envelope(body)};
}

OnvifAnswer device_answer(const OnvifDevice& device, std::string_view name, UtcTime now) {
    if (name == "GetSystemDateAndTime") return ok(system_date_and_time(device, now));
    if (name == "GetServices") return ok(services(device));
    if (name == "GetCapabilities") return ok(capabilities(device));
    if (name == "GetDeviceInformation") return ok(device_information(device));
    if (name == "GetNetworkInterfaces") return ok(network_interfaces(device));
    if (name == "GetScopes") return ok(scopes(device));
    return {.status = 500,
            .body = onvif::write_fault(onvif::FaultCode::action_not_supported,
                                       "Optional action not implemented")};
}

OnvifAnswer media_answer(const OnvifDevice& device, const onvif::Element& request, bool version2) {
    const std::string_view name = request.local_name();
    if (name == "GetProfiles") return ok(version2 ? profiles2(device) : profiles1(device));
    if (name == "GetVideoSources" && !version2) return ok(video_sources(device));
    if (name == "GetStreamUri") {
        if (const auto answer = stream_uri(device, request, version2)) return ok(*answer);
        return {.status = 400,
                .body = onvif::write_fault(onvif::FaultCode::sender, "There is no such profile")};
    }
    return {.status = 500,
            .body = onvif::write_fault(onvif::FaultCode::action_not_supported,
                                       "Optional action not implemented")};
}

OnvifAnswer storage_answer(const std::optional<std::string>& answer) {
    if (!answer)
        return {.status = 500,
                .body = onvif::write_fault(onvif::FaultCode::action_not_supported,
                                           "Optional action not implemented")};
    if (answer->empty())
        return {.status = 400,
                .body = onvif::write_fault(onvif::FaultCode::sender, "There is no such recording")};
    return ok(*answer);
}

std::optional<UtcTime> read_xml_time(const std::string& text) {
    std::tm tm{};
    const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &tm);
    if (end == nullptr || (*end != 'Z' && *end != '.')) return std::nullopt;
    return from_unix_seconds(timegm(&tm));
}

bool token_accepted(const OnvifDevice& device, const onvif::UsernameToken& token,
                    const rtsp::Credentials& credentials, UtcTime now) {
    const auto created = read_xml_time(token.created);
    if (!created || std::chrono::abs(*created - (now + device.clock_offset)) > max_created_distance)
        return false;
    return token.username == credentials.username && onvif::proves(token, credentials.password);
}

}  // namespace

std::string OnvifDevice::name() const {
    return fmt::format("Camera {}", number);
}
std::string OnvifDevice::serial() const {
    return fmt::format("SIM-{:05}", number);
}
// Locally administered (IEEE 802, second lowest bit of the first octet).
std::string OnvifDevice::mac() const {
    return fmt::format("02:56:45:44:{:02x}:{:02x}", number >> 8 & 0xff, number & 0xff);
}

onvif::DiscoveredDevice OnvifDevice::discovered() const {
    const auto digest = crypto::sha256(as_bytes("simulated camera " + serial()));
    Uuid uuid;
    std::copy_n(digest.begin(), uuid.bytes.size(), uuid.bytes.begin());
    return {.endpoint = "urn:uuid:" + uuid.text(),
            .types = {"NetworkVideoTransmitter"},
            .scopes = {"onvif://www.onvif.org/Profile/Streaming", "onvif://www.onvif.org/type/video_encoder",
                       fmt::format("onvif://www.onvif.org/name/Camera%20{}", number),
                       "onvif://www.onvif.org/hardware/Simulated%20camera"},
            .addresses = {base + "/onvif/device_service"}};
}

OnvifAnswer answer_onvif(const OnvifDevice& device, std::string_view request,
                         const std::optional<rtsp::Credentials>& credentials, bool digest_accepted,
                         UtcTime now) {
    const auto envelope = onvif::parse_envelope(request);
    if (!envelope)
        return {.status = 400,
                .body = onvif::write_fault(onvif::FaultCode::sender, envelope.error().message)};
    const onvif::Element& body = envelope->body;
    const std::string_view uri = body.namespace_uri();
    // The clock, services and capabilities are open to all (Core specification section 5.9.4.3).
    const bool open_to_all =
        uri == ns::device && (body.local_name() == "GetSystemDateAndTime" ||
                              body.local_name() == "GetServices" || body.local_name() == "GetCapabilities");
    const onvif::UsernameToken token = onvif::read_security(envelope->header);
    if (credentials && !digest_accepted && !(open_to_all && token.username.empty()) &&
        !token_accepted(device, token, *credentials, now))
        return {.status = token.username.empty() ? 401U : 400U,
                .body = onvif::write_fault(onvif::FaultCode::not_authorized, "Sender not authorized"),
                .challenge = token.username.empty()};
    if (uri == ns::device) return device_answer(device, body.local_name(), now);
    if (uri == ns::media) return media_answer(device, body, false);
    if (uri == ns::media2 && device.has_media2()) return media_answer(device, body, true);
    if (uri == ns::search && device.storage)
        return storage_answer(search_answer(*device.storage, body, now, device.clock_offset));
    if (uri == ns::replay && device.storage) return storage_answer(replay_answer(*device.storage, body));
    return {.status = 500,
            .body = onvif::write_fault(onvif::FaultCode::action_not_supported, "No such service")};
}

}  // namespace vedette::simulate
