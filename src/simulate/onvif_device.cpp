#include "simulate/onvif_device.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "base/id.hpp"
#include "crypto/digest.hpp"
#include "onvif/envelope.hpp"
#include "onvif/namespaces.hpp"
#include "simulate/onvif_service.hpp"

namespace vedette::simulate {

namespace {

namespace ns = onvif::ns;

/// As much as ONVIF devices usually tolerate.
constexpr Ticks90k max_created_distance = std::chrono::seconds(60);

bool always(const OnvifDevice&) {
    return true;
}
bool with_media2(const OnvifDevice& device) {
    return device.has_media2();
}

bool with_storage(const OnvifDevice& device) {
    return device.storage.has_value();
}

bool with_device_io(const OnvifDevice& device) {
    return device.relays != OnvifRelays::device;
}

bool with_head(const OnvifDevice& device) {
    return device.has_head();
}

constexpr std::string_view event_capabilities =
    "<tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport><tt:WSPullPointSupport>true"
    "</tt:WSPullPointSupport><tt:WSPausableSubscriptionManagerInterfaceSupport>false"
    "</tt:WSPausableSubscriptionManagerInterfaceSupport>";
constexpr std::string_view streaming_capabilities =
    "<tt:StreamingCapabilities><tt:RTPMulticast>false</tt:RTPMulticast><tt:RTP_TCP>true</tt:RTP_TCP>"
    "<tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities>";

constexpr auto table = std::to_array<OnvifService>({
    {ns::device, "device_service", "Device", {}, always, answer_device_service},
    {ns::media, "media_service", "Media", streaming_capabilities, always, answer_media_service},
    {ns::imaging, "imaging_service", "Imaging", {}, always, answer_imaging_service},
    {ns::media2, "media2_service", {}, {}, with_media2, answer_media2_service},
    {ns::ptz, "ptz_service", "PTZ", {}, with_head, answer_ptz_service},
    {ns::events, "event_service", "Events", event_capabilities, always, answer_event_service},
    {ns::search, "search_service", {}, {}, with_storage, answer_search_service},
    {ns::replay, "replay_service", {}, {}, with_storage, answer_replay_service},
    {ns::device_io, "deviceio_service", {}, {}, with_device_io, answer_device_io_service},
});

std::optional<UtcTime> read_xml_time(const std::string& text) {
    std::tm tm{};
    const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &tm);
    if (end == nullptr || (*end != 'Z' && *end != '.')) return std::nullopt;
    return from_unix_seconds(timegm(&tm));
}

bool token_accepted(const OnvifDevice& device, const onvif::UsernameToken& token, UtcTime now) {
    const auto created = read_xml_time(token.created);
    if (!created || std::chrono::abs(*created - (now + device.clock_offset)) > max_created_distance)
        return false;
    return std::ranges::any_of(device.accounts, [&](const OnvifAccount& account) {
        return token.username == account.name &&
               onvif::proves(token, Secret(std::string_view(account.password)));
    });
}

}  // namespace

std::span<const OnvifService> onvif_services() {
    return table;
}

std::string OnvifService::address(const OnvifDevice& device) const {
    return fmt::format("{}/onvif/{}", device.base, path);
}

OnvifAnswer onvif_ok(std::string_view body) {
    return {.status = 200, .body = onvif::write_envelope(body)};
}

OnvifAnswer onvif_refused(std::string_view reason) {
    return {.status = 400, .body = onvif::write_fault(onvif::FaultCode::sender, reason)};
}

OnvifAnswer onvif_not_implemented() {
    return {.status = 500,
            .body = onvif::write_fault(onvif::FaultCode::action_not_supported,
                                       "Optional action not implemented")};
}

std::string OnvifDevice::name() const {
    return fmt::format("Camera {}", number);
}
std::string OnvifDevice::firmware() const {
    return other_firmware.empty() ? fmt::format("1.0.{}", number) : other_firmware;
}
std::string OnvifDevice::serial() const {
    return other_serial.empty() ? fmt::format("SIM-{:05}", number) : other_serial;
}
// Locally administered (IEEE 802, second lowest bit of the first octet).
std::string OnvifDevice::mac() const {
    return fmt::format("02:56:45:44:{:02x}:{:02x}", number >> 8 & 0xff, number & 0xff);
}

onvif::DiscoveredDevice OnvifDevice::discovered() const {
    const auto digest = crypto::sha256(as_bytes(fmt::format("simulated camera SIM-{:05}", number)));
    Uuid uuid;
    std::copy_n(digest.begin(), uuid.bytes.size(), uuid.bytes.begin());
    return {.endpoint = "urn:uuid:" + uuid.text(),
            .types = {"NetworkVideoTransmitter"},
            .scopes = {"onvif://www.onvif.org/Profile/Streaming", "onvif://www.onvif.org/type/video_encoder",
                       fmt::format("onvif://www.onvif.org/name/Camera%20{}", number),
                       "onvif://www.onvif.org/hardware/Simulated%20camera"},
            .addresses = {base + "/onvif/device_service"}};
}

OnvifAnswer answer_onvif(OnvifDevice& device, std::string_view request, bool digest_accepted, UtcTime now) {
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
    if (!device.accounts.empty() && !digest_accepted && !(open_to_all && token.username.empty()) &&
        !token_accepted(device, token, now))
        return {.status = token.username.empty() ? 401U : 400U,
                .body = onvif::write_fault(onvif::FaultCode::not_authorized, "Sender not authorized"),
                .challenge = token.username.empty()};
    // Subscriptions are managed in the words of WS-BaseNotification.
    if (uri == ns::notification) return answer_event_service(device, body, now);
    // The service DeviceIO takes words of the device service as well; its address tells which one is meant.
    if (with_device_io(device) && device.target.ends_with("/deviceio_service"))
        return answer_device_io_service(device, body, now);
    for (const OnvifService& service : onvif_services())
        if (service.uri == uri && service.is_there(device)) return service.answer(device, body, now);
    return onvif_not_implemented();
}

}  // namespace vedette::simulate
