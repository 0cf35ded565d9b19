#include "gateway/discovery/device_care.hpp"

#include <algorithm>
#include <utility>

#include "net/timeout.hpp"
#include "onvif/device.hpp"
#include "onvif/media.hpp"
#include "onvif/namespaces.hpp"
#include "rtsp/text.hpp"

namespace vedette::gateway::discovery {

namespace {

constexpr int password_checks = 3;
constexpr std::chrono::seconds password_check_pause{2};

using onvif::Asked;

onvif::Question in_device(std::string_view request) {
    return onvif::done_question(onvif::ns::device, request);
}

// No other question will be answered better.
bool is_final(const Error& error) {
    return error.kind == ErrorKind::unauthenticated || error.kind == ErrorKind::forbidden ||
           error.kind == ErrorKind::timeout;
}

net::Awaitable<Result<onvif::Services>> services_of(DeviceClient& client) {
    auto asking = client.ask_for<onvif::Services>({}, onvif::get_services(), {.asked = Asked::services});
    auto services = co_await std::move(asking);
    if (services || is_final(services.error())) co_return services;
    auto older =
        client.ask_for<onvif::Services>({}, onvif::get_capabilities(), {.asked = Asked::capabilities});
    co_return co_await std::move(older);
}

std::vector<std::string> names_of(const onvif::Services& services) {
    std::vector<std::string> names;
    const auto add = [&](const std::string& address, std::string_view name) {
        if (!address.empty()) names.emplace_back(name);
    };
    add(services.media, "media");
    add(services.media2, "media2");
    add(services.events, "events");
    add(services.ptz, "ptz");
    add(services.imaging, "imaging");
    return names;
}

net::Awaitable<Result<wire::DeviceClock>> clock_of(DeviceClient& client, const onvif::ClockSettings& how) {
    wire::DeviceClock clock{.offset = client.clock_offset().value_or(Ticks90k(0)),
                            .by_ntp = how.by_ntp,
                            .ntp_from_dhcp = false,
                            .ntp_servers = {}};
    auto asking = client.ask_for<onvif::NtpSettings>({}, onvif::get_ntp(), {.asked = Asked::ntp});
    auto ntp = co_await std::move(asking);
    if (!ntp && is_final(ntp.error())) co_return std::unexpected(std::move(ntp).error());
    if (ntp) {
        clock.ntp_from_dhcp = ntp->from_dhcp;
        clock.ntp_servers = std::move(ntp->servers);
    }
    co_return clock;
}

net::Awaitable<Result<onvif::ClockSettings>> clock_settings(DeviceClient& client) {
    auto asking = client.ask_for<onvif::ClockSettings>({}, onvif::get_system_date_and_time(),
                                                       {.asked = Asked::clock_settings});
    co_return co_await std::move(asking);
}

// The profile whose stream `main_url` is, as far as its path tells; else the first.
struct Chosen {
    onvif::MediaVersion version = onvif::MediaVersion::media1;
    std::string service;
    onvif::Profile profile;
};

net::Awaitable<Result<std::string>> stream_of(DeviceClient& client, const Chosen& in,
                                              const onvif::Profile& profile) {
    auto asking = client.ask_for<std::string>(in.service, onvif::get_stream_uri(in.version, profile.token),
                                              {.asked = Asked::stream_uri, .media = in.version});
    co_return co_await std::move(asking);
}

net::Awaitable<Result<Chosen>> choose_profile(DeviceClient& client, const onvif::Services& services,
                                              std::string main_url) {
    Chosen chosen;
    if (services.media.empty()) chosen.version = onvif::MediaVersion::media2;
    chosen.service = services.media.empty() ? services.media2 : services.media;
    auto asking = client.ask_for<onvif::Profiles>(chosen.service, onvif::get_profiles(chosen.version),
                                                  {.asked = Asked::profiles, .media = chosen.version});
    VEDETTE_CO_TRY(const auto profiles, co_await std::move(asking));
    const auto pairs = onvif::pair_profiles(profiles);
    if (pairs.empty()) co_return fail(ErrorKind::unsupported, "the camera has no video profile");
    chosen.profile = pairs.front().main;
    const auto wanted = onvif::parse_address(main_url);
    if (!wanted || pairs.size() == 1) co_return chosen;
    for (const onvif::Pair& pair : pairs) {
        auto finding = stream_of(client, chosen, pair.main);
        const auto uri = co_await std::move(finding);
        const auto address = uri ? onvif::parse_address(*uri) : std::nullopt;
        if (address && address->path == wanted->path) {
            chosen.profile = pair.main;
            break;
        }
    }
    co_return chosen;
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}
std::string upper(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

net::Awaitable<Result<onvif::Imaging>> imaging_of(DeviceClient& client, const onvif::Services& services,
                                                  const std::string& source) {
    auto asking = client.ask_for<onvif::ImagingSettings>(
        services.imaging, onvif::get_imaging_settings(source), {.asked = Asked::imaging_settings});
    VEDETTE_CO_TRY(const auto settings, co_await std::move(asking));
    auto options_asking = client.ask_for<onvif::ImagingOptions>(
        services.imaging, onvif::get_imaging_options(source), {.asked = Asked::imaging_options});
    VEDETTE_CO_TRY(const auto options, co_await std::move(options_asking));
    co_return onvif::put_together(settings, options);
}

wire::DeviceImaging to_wire(const onvif::Imaging& imaging) {
    wire::DeviceImaging out{.values = {},
                            .ir_cut = lower(imaging.ir_cut),
                            .ir_cut_modes = {},
                            .focus = lower(imaging.focus),
                            .focus_modes = {}};
    for (const onvif::ImagingNumber& n : imaging.numbers)
        out.values.push_back({.name = n.name, .value = n.value, .min = n.min, .max = n.max});
    for (const std::string& mode : imaging.ir_cut_modes) out.ir_cut_modes.push_back(lower(mode));
    for (const std::string& mode : imaging.focus_modes) out.focus_modes.push_back(lower(mode));
    return out;
}

net::Awaitable<Result<std::vector<onvif::DeviceUser>>> users_of(DeviceClient& client) {
    auto asking = client.ask_for<onvif::Users>({}, onvif::get_users(), {.asked = Asked::users});
    co_return co_await std::move(asking);
}

// A conversation of its own with another password: what was signed in before would prove nothing.
net::Awaitable<Result<>> accepts(const DeviceAccess& access, Secret password, const Clock& clock,
                                 CameraProcess& process) {
    DeviceAccess with = access.duplicate();
    with.credentials.password = std::move(password);
    DeviceClient client(std::move(with), clock, process);
    auto asking = users_of(client);
    const auto users = co_await std::move(asking);
    if (!users) co_return std::unexpected(users.error());
    co_return Result<>{};
}

net::Awaitable<Result<>> ask_done(DeviceClient& client, std::string told, std::string body,
                                  onvif::Question question) {
    auto asking = client.ask(std::move(told), std::move(body), std::move(question));
    VEDETTE_CO_CHECK(co_await std::move(asking));
    co_return Result<>{};
}

}  // namespace

net::Awaitable<Result<wire::DeviceCare>> view_device(DeviceClient& client, std::string main_url) {
    auto asking = client.ask_for<onvif::DeviceInformation>({}, onvif::get_device_information(),
                                                           {.asked = Asked::device_information});
    VEDETTE_CO_TRY(const auto information, co_await std::move(asking));
    wire::DeviceCare care{.manufacturer = information.manufacturer,
                          .model = information.model,
                          .firmware = information.firmware,
                          .encrypted = client.access().place.secure,
                          .services = {},
                          .clock = {},
                          .imaging = {},
                          .message = {}};
    auto reading_clock = clock_settings(client);
    const auto how = co_await std::move(reading_clock);
    if (how) {
        auto reading = clock_of(client, *how);
        if (auto clock = co_await std::move(reading)) care.clock = std::move(*clock);
    }
    auto finding = services_of(client);
    const auto services = co_await std::move(finding);
    if (!services) co_return care;
    care.services = names_of(*services);
    if (services->imaging.empty()) co_return care;
    auto choosing = choose_profile(client, *services, std::move(main_url));
    const auto chosen = co_await std::move(choosing);
    if (!chosen) co_return care;
    auto imaging_asking = imaging_of(client, *services, chosen->profile.source);
    if (const auto imaging = co_await std::move(imaging_asking)) care.imaging = to_wire(*imaging);
    co_return care;
}

net::Awaitable<Result<>> set_clock(DeviceClient& client, std::vector<std::string> ntp_servers,
                                   const Clock& clock) {
    for (const std::string& server : ntp_servers)
        if (!onvif::is_host(server))
            co_return fail(ErrorKind::invalid_input, "ntp_servers: give names or IP addresses");
    auto reading = clock_settings(client);
    const auto how = co_await std::move(reading);
    const bool daylight = how && how->daylight_savings;
    std::string body = onvif::set_system_date_and_time(clock.utc_now(), daylight);
    auto setting = ask_done(client, {}, std::move(body), in_device("SetSystemDateAndTime"));
    VEDETTE_CO_CHECK(co_await std::move(setting));
    if (ntp_servers.empty()) co_return Result<>{};
    body = onvif::set_ntp(ntp_servers);
    auto naming = ask_done(client, {}, std::move(body), in_device("SetNTP"));
    VEDETTE_CO_CHECK(co_await std::move(naming));
    body = onvif::set_system_date_and_time(std::nullopt, daylight);
    auto following = ask_done(client, {}, std::move(body), in_device("SetSystemDateAndTime"));
    co_return co_await std::move(following);
}

net::Awaitable<Result<>> change_password(DeviceClient& client, Secret password, bool allow_in_clear,
                                         const Clock& clock) {
    const DeviceAccess access = client.access().duplicate();
    if (!access.place.secure && !allow_in_clear)
        co_return fail(
            ErrorKind::invalid_input,
            "allow_in_clear: the camera is asked without encryption, so everybody on its network could "
            "read the new password; switch on HTTPS in the camera, or allow it");
    auto reading = users_of(client);
    VEDETTE_CO_TRY(const auto users, co_await std::move(reading));
    const auto own = std::ranges::find(users, access.credentials.username, &onvif::DeviceUser::name);
    if (own == users.end())
        co_return fail(ErrorKind::unsupported,
                       "the camera does not list the account {}; change its password there",
                       access.credentials.username);
    std::string body = onvif::set_user(*own, password);
    auto setting = ask_done(client, {}, std::move(body), in_device("SetUser"));
    const auto set = co_await std::move(setting);
    // Whatever it said, or did not get to say: what counts is which password it takes now.
    std::string why = set ? "it went on taking the old one" : set.error().message;
    for (int attempt = 0; attempt < password_checks; ++attempt) {
        if (attempt > 0) co_await net::sleep_for(password_check_pause);
        if (set) {
            auto trying = accepts(access, password.duplicate(), clock, client.process());
            const auto taken = co_await std::move(trying);
            if (taken) co_return Result<>{};
            if (taken.error().kind != ErrorKind::unauthenticated) continue;
        }
        auto trying_old = accepts(access, access.credentials.password.duplicate(), clock, client.process());
        const auto old = co_await std::move(trying_old);
        if (old)
            co_return fail(ErrorKind::unavailable,
                           "the camera did not take the new password: {}. The old one still "
                           "counts",
                           why);
        if (set || old.error().kind != ErrorKind::unauthenticated) continue;
        auto trying = accepts(access, password.duplicate(), clock, client.process());
        if (co_await std::move(trying)) co_return Result<>{};
    }
    co_return fail(
        ErrorKind::conflict,
        "the camera was asked to take the new password and then did not answer to either. The old one is "
        "still kept here; if it is refused, enter the new one in the camera's settings");
}

net::Awaitable<Result<>> reboot(DeviceClient& client) {
    auto asking = ask_done(client, {}, onvif::system_reboot(), in_device("SystemReboot"));
    co_return co_await std::move(asking);
}

net::Awaitable<Result<>> set_imaging(DeviceClient& client, std::string main_url,
                                     onvif::ImagingChange change) {
    change.ir_cut = upper(std::move(change.ir_cut));
    change.focus = upper(std::move(change.focus));
    auto finding = services_of(client);
    VEDETTE_CO_TRY(const auto services, co_await std::move(finding));
    if (services.imaging.empty())
        co_return fail(ErrorKind::unsupported, "the camera's picture can't be set over ONVIF");
    auto choosing = choose_profile(client, services, std::move(main_url));
    VEDETTE_CO_TRY(const auto chosen, co_await std::move(choosing));
    const std::string& source = chosen.profile.source;
    auto reading = imaging_of(client, services, source);
    VEDETTE_CO_TRY(const auto imaging, co_await std::move(reading));
    VEDETTE_CO_TRY(std::string body, onvif::set_imaging_settings(source, imaging, change));
    auto setting = ask_done(client, services.imaging, std::move(body),
                            onvif::done_question(onvif::ns::imaging, "SetImagingSettings"));
    co_return co_await std::move(setting);
}

net::Awaitable<Result<std::string>> take_still(DeviceClient& client, std::string main_url) {
    auto finding = services_of(client);
    VEDETTE_CO_TRY(const auto services, co_await std::move(finding));
    auto choosing = choose_profile(client, services, std::move(main_url));
    VEDETTE_CO_TRY(const auto chosen, co_await std::move(choosing));
    auto asking = client.ask_for<std::string>(chosen.service,
                                              onvif::get_snapshot_uri(chosen.version, chosen.profile.token),
                                              {.asked = Asked::snapshot_uri, .media = chosen.version});
    VEDETTE_CO_TRY(const std::string told, co_await std::move(asking));
    const onvif::Place place = onvif::place_of(told, client.access().place);
    auto getting = client.exchange(place, net::Method::get, {}, {},
                                   {.header_bytes = 16 * 1024, .body_bytes = max_still_bytes});
    VEDETTE_CO_TRY(net::HttpAnswer still, co_await std::move(getting));
    if (still.status != 200)
        co_return fail(ErrorKind::unavailable, "the camera gives no picture (HTTP status {})", still.status);
    if (!still.body.starts_with("\xff\xd8\xff"))
        co_return fail(ErrorKind::corrupt, "what the camera gives as its picture is no JPEG");
    co_return std::move(still.body);
}

}  // namespace vedette::gateway::discovery
