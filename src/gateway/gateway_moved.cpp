// Cameras that have a new address are found again and followed, when they prove who they are
// (docs/design/discovery.md).

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "gateway/discovery/address_range.hpp"
#include "gateway/discovery/choice.hpp"
#include "gateway/discovery/identity.hpp"
#include "gateway/gateway_impl.hpp"
#include "net/interfaces.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway {

namespace {

constexpr std::chrono::seconds look_tick{5};
/// The first search after a camera was lost, then ever more seldom.
constexpr std::chrono::seconds first_look{10};
constexpr std::chrono::seconds longest_look{60};
constexpr std::chrono::seconds old_address_limit{3};

// A camera that is not being reached at its address.
bool is_lost(const wire::CameraStatus& status) {
    return !status.streams.empty() &&
           std::ranges::all_of(status.streams, [](const wire::StreamStatus& stream) {
               return stream.state == wire::CameraState::waiting;
           });
}

// Both are in a network that this machine is part of: who answers there could take over the old address just
// as well.
bool on_the_same_network(std::string_view a, std::string_view b) {
    return std::ranges::any_of(net::interface_addresses(), [&](const net::InterfaceAddress& interface) {
        return discovery::same_network(a, interface.address, interface.prefix_length) &&
               discovery::same_network(b, interface.address, interface.prefix_length);
    });
}

Result<> check_by_what_is_known(const Camera& camera, const discovery::FoundDevice& device,
                                const discovery::DeviceAccess& old) {
    if (!on_the_same_network(discovery::host_of(camera.main_url), device.address))
        return fail(ErrorKind::forbidden, "it is in another network");
    if (camera.allow_basic_in_clear)
        return fail(ErrorKind::forbidden,
                    "the password of this camera may be sent readably, so it is not sent to a new address");
    if (old.place.secure && !device.secure)
        return fail(ErrorKind::forbidden, "it speaks without encryption, which the camera did not");
    return {};
}

}  // namespace

std::set<CameraId> Gateway::Impl::lost_cameras() const {
    std::set<CameraId> lost;
    for (const auto& [id, runner] : runners) {
        const Camera& camera = runner->camera();
        if (camera.device && !camera.device->endpoint.empty() && is_lost(runner->status())) lost.insert(id);
    }
    return lost;
}

// Looks for cameras that are lost and have told an endpoint when they were set up.
net::Awaitable<void> Gateway::Impl::follow_moved_cameras() {
    std::set<CameraId> missed;
    std::chrono::seconds pause = first_look;
    std::chrono::seconds waited{0};
    for (;;) {
        co_await net::sleep_for(look_tick);
        std::set<CameraId> lost = lost_cameras();
        if (!std::ranges::includes(missed, lost)) {
            pause = first_look;
            waited = std::chrono::seconds(0);
        }
        missed = std::move(lost);
        waited += look_tick;
        if (missed.empty() || waited < pause || searching) continue;
        waited = std::chrono::seconds(0);
        pause = std::min(pause * 2, longest_look);
        searching = true;
        const std::shared_ptr<void> end(nullptr, [this](void*) { searching = false; });
        discovery::ScanOptions options;
        options.ssdp = false;
        for (const auto& interface : discovery::worth_choosing(net::interface_addresses()))
            options.interfaces.push_back(interface.address);
        auto scanning = discovery::scan(std::move(options), *process);
        discovery::ScanReport report = co_await std::move(scanning);
        for (discovery::FoundDevice& device : report.devices) {
            auto following = follow(std::move(device));
            co_await std::move(following);
        }
    }
}

// What `device` is, when it has proved to be `camera`. What comes first gives the least away: whether the old
// address is silent, then the keys of TLS, then a conversation in which the password itself is never said.
net::Awaitable<Result<wire::DeviceIdentity>> Gateway::Impl::prove_moved(const Camera& camera,
                                                                        discovery::FoundDevice device) {
    const auto url = rtsp::parse_url(camera.main_url);
    const auto old = discovery::access_to(*camera.device);
    if (!url || !old) co_return fail(ErrorKind::invalid_input, "its old address can't be read");
    VEDETTE_CO_CHECK(check_by_what_is_known(camera, device, *old));
    auto trying = net::connect_tcp(url->url.host, url->url.port, old_address_limit);
    const auto still_there = co_await std::move(trying);
    if (still_there) co_return fail(ErrorKind::conflict, "something answers at the old address");

    const discovery::DeviceAccess access{
        .host = device.address,
        .place = {.port = device.port, .path = device.path, .secure = device.secure},
        .credentials = camera.credentials.duplicate(),
        .certificates = discovery::moved_certificates(camera.certificates, url->url.host, device.address),
        .only_trusted = site.only_trusted_certificates};
    discovery::DeviceClient client(access.duplicate(), clock, *process);
    if (url->url.secure) {
        auto opening = client.open({.port = url->url.port, .path = "/", .secure = true});
        const auto opened = co_await std::move(opening);
        if (!opened) co_return std::unexpected(opened.error());
    }
    auto describing = discovery::describe_device(client, true);
    auto description = co_await std::move(describing);
    if (!description) co_return std::unexpected(std::move(description).error());
    wire::DeviceIdentity identity = discovery::identity_of(*description, client.access(), device.endpoint);
    if (!discovery::same_device(identity, *camera.device))
        co_return fail(ErrorKind::forbidden, "it is another device: {} {}, serial number {}",
                       identity.manufacturer, identity.model, identity.serial);
    co_return identity;
}

net::Awaitable<void> Gateway::Impl::follow(discovery::FoundDevice device) {
    const auto found = std::ranges::find_if(runners, [&](const auto& entry) {
        const Camera& camera = entry.second->camera();
        return camera.device && !device.endpoint.empty() && camera.device->endpoint == device.endpoint;
    });
    if (found == runners.end()) co_return;
    const CameraId id = found->first;
    const Camera camera = found->second->camera().duplicate();
    const std::string old_host = discovery::host_of(camera.main_url);
    // A device with both families answers by the other one, too: that is no move.
    if (old_host.contains(':') != device.address.contains(':')) co_return;
    if (old_host == device.address || !is_lost(found->second->status())) co_return;
    auto proving = prove_moved(camera, device);
    auto identity = co_await std::move(proving);
    const auto runner = runners.find(id);
    if (runner == runners.end()) co_return;
    if (!identity) {
        // Once for each address and cause: the search goes on every minute.
        std::string words =
            fmt::format("{} says that it is this camera, but: {}", device.address, identity.error().message);
        std::string& told = told_about_moving[id];
        if (words != told) log::warn("camera {}: {}", camera.name, words);
        told = std::move(words);
        co_return;
    }
    for (const auto& certificate :
         discovery::moved_certificates(camera.certificates, old_host, device.address))
        runner->second->remember(certificate);
    wire::CameraSettings settings;
    settings.main_url = discovery::with_host(camera.main_url, device.address);
    if (!camera.sub_url.empty()) settings.sub_url = discovery::with_host(camera.sub_url, device.address);
    settings.device = *std::move(identity);
    auto changing = handle(wire::ChangeCamera{.id = id, .settings = std::move(settings)});
    const auto changed = co_await std::move(changing);
    if (changed)
        log::info("camera {}: it has moved from {} to {}", camera.name, old_host, device.address);
    else
        log::warn("camera {}: {}", camera.name, changed.error().message);
}

}  // namespace vedette::gateway
