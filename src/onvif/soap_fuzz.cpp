// Every answer parser on the same bytes: what a camera sends is not what was asked for.
#include <cstdlib>

#include "base/bytes.hpp"
#include "onvif/address.hpp"
#include "onvif/call_session.hpp"
#include "onvif/device_care.hpp"
#include "onvif/imaging.hpp"
#include "onvif/namespaces.hpp"
#include "onvif/set_up_session.hpp"
#include "onvif/soap.hpp"

namespace {

using namespace vedette;
using namespace vedette::onvif;

void look_after_device(std::string_view text) {
    (void)parse_clock_settings(text);
    if (const auto ntp = parse_ntp(text))
        if (ntp->servers.size() > max_ntp_servers) std::abort();
    if (const auto users = parse_users(text))
        for (const DeviceUser& user : *users)
            // Whatever a device calls its accounts, it stays text in what is sent back.
            if (!parse_envelope(write_envelope(set_user(user, Secret(std::string_view("p")))))) std::abort();
    if (const auto upgrade = parse_firmware_upgrade(text))
        if (upgrade->delay > max_device_pause || upgrade->delay < std::chrono::seconds(0)) std::abort();
    (void)parse_duration(text);
    (void)parse_done(text, ns::device, "SystemRebootResponse");
    if (const auto imaging = parse_imaging(text, text))
        for (const ImagingNumber& number : imaging->numbers)
            if (!(number.min < number.max)) std::abort();
    const Place own{.port = 443, .path = "/", .secure = true};
    if (!place_of(text, own).secure) std::abort();
    CallSession calls("u", Secret(std::string_view("p")));
    calls.ask("<tds:GetUsers/>");
    const UtcTime now = from_unix_seconds(1'800'000'000);
    for (int messages = 0; const auto message = calls.next(now); ++messages) {
        if (messages > 8) std::abort();  // an account must not be locked
        calls.on_answer(text.size() % 2 == 0 ? 200 : 400, std::string(text), now);
    }
    (void)calls.take_answer();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
    if (const auto envelope = parse_envelope(text)) {
        const UsernameToken token = read_security(envelope->header);
        (void)proves(token, Secret(std::string_view("x")));
    }
    if (const auto time = parse_system_date_and_time(text))
        if (clock_offsets(*time, from_unix_seconds(1'800'000'000)).empty()) std::abort();
    (void)parse_services(text);
    (void)parse_capabilities(text);
    (void)parse_device_information(text);
    if (const auto macs = parse_network_interfaces(text))
        for (const std::string& mac : *macs)
            if (normal_mac(mac) != mac) std::abort();
    (void)parse_scopes(text);
    for (const MediaVersion version : {MediaVersion::media1, MediaVersion::media2}) {
        if (const auto profiles = parse_profiles(version, text))
            for (const Pair& pair : pair_profiles(*profiles))
                if (pair.main.token.empty() || pair.main.token == pair.sub.token) std::abort();
        // Whatever a device names, the host stays the one that was chosen.
        if (const auto uri = parse_stream_uri(version, text))
            if (const auto believed = believe(*uri, "rtsp", "192.0.2.1");
                believed && believed->address.host != "192.0.2.1")
                std::abort();
        (void)parse_snapshot_uri(version, text);
    }
    look_after_device(text);
    // A whole conversation in which each answer is this one: it has to end.
    SetUpSession session(
        {.host = "192.0.2.1", .port = 80, .username = "u", .password = Secret(std::string_view("p"))});
    const UtcTime now = from_unix_seconds(1'800'000'000);
    while (const auto call = session.next(now)) {
        if (!call->place.path.starts_with('/')) std::abort();
        session.on_answer(size % 2 == 0 ? 200 : 400, text, now);
    }
    (void)session.take_result();
    return 0;
}
