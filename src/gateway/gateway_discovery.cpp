// The gateway's answers about cameras that it does not have yet, and about those that have moved.

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.hpp"
#include "gateway/discovery/address_range.hpp"
#include "gateway/discovery/device_client.hpp"
#include "gateway/discovery/identity.hpp"
#include "gateway/discovery/scan.hpp"
#include "gateway/gateway_impl.hpp"
#include "net/interfaces.hpp"
#include "net/outgoing.hpp"
#include "net/timeout.hpp"
#include "onvif/address.hpp"

namespace vedette::gateway {

namespace {

constexpr std::size_t max_interfaces = 32;
constexpr std::size_t max_inspections = 8;  ///< at once
constexpr std::chrono::seconds look_for_moved_period{60};
constexpr std::size_t max_host_bytes = 255;

wire::DeviceStream to_wire(const onvif::Profile& profile, std::string url) {
    return {.url = std::move(url),
            .codec = std::string(onvif::to_string(profile.encoding)),
            .width = profile.width,
            .height = profile.height,
            .frames_per_second = profile.frames_per_second};
}

// What the installer called it, else what it is.
std::string proposed_name(const onvif::DeviceDescription& description, const onvif::Channel& channel,
                          const std::string& host) {
    std::string name = description.name;
    if (name.empty()) name = description.information.manufacturer + " " + description.information.model;
    if (name == " ") name = host;
    if (!channel.name.empty()) name += " " + channel.name;
    return name;
}

Result<> check_host(std::string_view host) {
    const bool plain =
        !host.empty() && host.size() <= max_host_bytes && std::ranges::all_of(host, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                   c == '-' || c == '_' || c == ':';
        });
    if (!plain) return fail(ErrorKind::invalid_input, "address: give a host name or an IP address");
    return {};
}

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

}  // namespace

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::ListInterfaces) {
    wire::Interfaces answer;
    for (const auto& interface : net::interface_addresses())
        if (answer.interfaces.size() < max_interfaces && net::may_leave_by(interface.name))
            answer.interfaces.push_back({.name = interface.name,
                                         .address = interface.address,
                                         .prefix_length = interface.prefix_length,
                                         .loopback = interface.loopback});
    co_return answer;
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::DiscoverCameras request) {
    discovery::ScanOptions options;
    const auto own = net::interface_addresses();
    for (std::string& address : request.interfaces) {
        const auto has = [&](const net::InterfaceAddress& i) { return i.address == address; };
        if (std::ranges::none_of(own, has))
            co_return fail(ErrorKind::invalid_input,
                           "interfaces: the gateway has no interface with one of these addresses");
        options.interfaces.push_back(std::move(address));
    }
    auto addresses = discovery::expand_ranges(request.ranges);
    if (!addresses) co_return fail(ErrorKind::invalid_input, "ranges: {}", addresses.error().message);
    options.addresses = std::move(*addresses);
    if (searching) co_return fail(ErrorKind::conflict, "a search is running already; try again in a moment");
    searching = true;
    const std::shared_ptr<void> end(nullptr, [this](void*) { searching = false; });
    auto scanning = discovery::scan(std::move(options));
    discovery::ScanReport report = co_await std::move(scanning);

    wire::FoundCameras answer{.cameras = {}, .notes = std::move(report.notes)};
    for (discovery::FoundDevice& device : report.devices) {
        wire::FoundCamera found{.address = std::move(device.address),
                                .port = device.port,
                                .path = std::move(device.path),
                                .endpoint = std::move(device.endpoint),
                                .name = std::move(device.name),
                                .hardware = std::move(device.hardware),
                                .location = std::move(device.location),
                                .known = {},
                                .moved = false};
        recognise(found);
        answer.cameras.push_back(std::move(found));
    }
    co_return answer;
}

// By its endpoint, which survives a new address; else by the address of a camera that was added by hand.
void Gateway::Impl::recognise(wire::FoundCamera& found) const {
    for (const auto& [id, runner] : runners) {
        const Camera& camera = runner->camera();
        const std::string host = discovery::host_of(camera.main_url);
        const bool same_endpoint =
            camera.device && !camera.device->endpoint.empty() && camera.device->endpoint == found.endpoint;
        const bool same_address =
            host == found.address && (!camera.device || camera.device->endpoint.empty());
        if (!same_endpoint && !same_address) continue;
        found.known = id;
        found.moved = host != found.address;
        return;
    }
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::InspectDevice request) {
    VEDETTE_CO_CHECK(check_host(request.address));
    if (inspections >= max_inspections)
        co_return fail(ErrorKind::exhausted,
                       "too many devices are being asked at once; try again in a moment");
    ++inspections;
    const std::shared_ptr<void> end(nullptr, [this](void*) { --inspections; });
    onvif::SetUpOptions options;
    options.host = request.address;
    options.port = request.port;
    if (!request.path.empty()) options.path = request.path;
    options.username = request.username;
    options.password = std::move(request.password);
    onvif::SetUpOptions asked;
    asked.host = options.host;
    asked.port = options.port;
    asked.path = options.path;
    auto describing = discovery::describe_device(std::move(options), clock);
    auto described = co_await std::move(describing);
    wire::DeviceReport report;
    if (!described) {
        report.message = std::move(described).error().message;
        co_return report;
    }
    onvif::DeviceDescription& description = *described;
    report = {.ok = true,
              .message = {},
              .identity = discovery::identity_of(description, asked, request.endpoint),
              .channels = {},
              .warnings = std::move(description.warnings),
              .has_ptz = description.has_ptz,
              .has_events = description.has_events};
    for (onvif::Channel& channel : description.channels) {
        wire::DeviceChannel out{.name = proposed_name(description, channel, asked.host),
                                .main = to_wire(channel.main, std::move(channel.main_url)),
                                .sub = {}};
        if (!channel.sub_url.empty()) out.sub = to_wire(channel.sub, std::move(channel.sub_url));
        report.channels.push_back(std::move(out));
    }
    co_return report;
}

// Looks for cameras that are lost and have told an endpoint when they were set up.
net::Awaitable<void> Gateway::Impl::follow_moved_cameras() {
    for (;;) {
        co_await net::sleep_for(look_for_moved_period);
        const bool any_lost = std::ranges::any_of(runners, [](const auto& entry) {
            const Camera& camera = entry.second->camera();
            return camera.device && !camera.device->endpoint.empty() && is_lost(entry.second->status());
        });
        if (!any_lost || searching) continue;
        searching = true;
        const std::shared_ptr<void> end(nullptr, [this](void*) { searching = false; });
        discovery::ScanOptions options;
        options.ssdp = false;
        for (const auto& interface : net::interface_addresses())
            options.interfaces.push_back(interface.address);
        auto scanning = discovery::scan(std::move(options));
        const discovery::ScanReport report = co_await std::move(scanning);
        for (const discovery::FoundDevice& device : report.devices) {
            auto following = follow(device);
            co_await std::move(following);
        }
    }
}

// A camera of ours with this endpoint, which is lost and was somewhere else, moves here when the device
// proves to be the same one. It is asked with Digest only, so that whoever poses as it does not get the
// password.
net::Awaitable<void> Gateway::Impl::follow(const discovery::FoundDevice& device) {
    const auto found = std::ranges::find_if(runners, [&](const auto& entry) {
        const Camera& camera = entry.second->camera();
        return camera.device && !device.endpoint.empty() && camera.device->endpoint == device.endpoint;
    });
    if (found == runners.end()) co_return;
    const CameraId id = found->first;
    const std::string old_host = discovery::host_of(found->second->camera().main_url);
    if (old_host == device.address || !is_lost(found->second->status())) co_return;
    if (!on_the_same_network(old_host, device.address)) co_return;
    Camera camera = found->second->camera().duplicate();
    onvif::SetUpOptions options;
    options.host = device.address;
    options.port = device.port;
    options.path = device.path;
    options.username = camera.credentials.username;
    options.password = camera.credentials.password.duplicate();
    options.identity_only = true;
    onvif::SetUpOptions asked;
    asked.host = options.host;
    asked.port = options.port;
    asked.path = options.path;
    auto describing = discovery::describe_device(std::move(options), clock);
    const auto description = co_await std::move(describing);
    if (!description) {
        log::warn("camera {}: {} says that it is this camera, but {}", camera.name, device.address,
                  description.error().message);
        co_return;
    }
    wire::DeviceIdentity identity = discovery::identity_of(*description, asked, device.endpoint);
    if (!discovery::same_device(identity, *camera.device)) {
        log::warn("camera {}: {} says that it is this camera, but is another device", camera.name,
                  device.address);
        co_return;
    }
    wire::CameraSettings settings;
    settings.main_url = discovery::with_host(camera.main_url, device.address);
    if (!camera.sub_url.empty()) settings.sub_url = discovery::with_host(camera.sub_url, device.address);
    settings.device = std::move(identity);
    auto changing = handle(wire::ChangeCamera{.id = id, .settings = std::move(settings)});
    const auto changed = co_await std::move(changing);
    if (changed)
        log::info("camera {}: it has moved from {} to {}", camera.name, old_host, device.address);
    else
        log::warn("camera {}: {}", camera.name, changed.error().message);
}

}  // namespace vedette::gateway
