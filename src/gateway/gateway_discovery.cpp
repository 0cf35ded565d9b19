// The gateway's answers about cameras that it does not have yet.

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.hpp"
#include "gateway/discovery/address_range.hpp"
#include "gateway/discovery/choice.hpp"
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
                   c == '-' || c == '_' || c == ':' || c == '%';
        });
    if (!plain) return fail(ErrorKind::invalid_input, "address: give a host name or an IP address");
    return {};
}

}  // namespace

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::ListInterfaces) {
    wire::Interfaces answer;
    for (const auto& interface : discovery::worth_choosing(net::interface_addresses()))
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
    auto scanning = discovery::scan(std::move(options), *process);
    discovery::ScanReport report = co_await std::move(scanning);

    wire::FoundCameras answer{.cameras = {}, .notes = std::move(report.notes)};
    for (discovery::FoundDevice& device : report.devices) {
        wire::FoundCamera found{.address = std::move(device.address),
                                .port = device.port,
                                .path = std::move(device.path),
                                .secure = device.secure,
                                .endpoint = std::move(device.endpoint),
                                .name = std::move(device.name),
                                .hardware = std::move(device.hardware),
                                .location = std::move(device.location),
                                .known = {},
                                .moved = false};
        recognise(found);
        answer.cameras.push_back(std::move(found));
    }
    discovery::choose_addresses(answer.cameras, own);
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

// Tries TLS and says nothing; nullopt when it works.
net::Awaitable<std::optional<std::string>> Gateway::Impl::why_not_secure(discovery::DeviceAccess access) {
    discovery::DeviceClient client(std::move(access), clock, *process);
    auto opening = client.open(client.access().place);
    const auto opened = co_await std::move(opening);
    // One that is not trusted is no reason to go on without encryption: the conversation will stop at it.
    if (opened || opened.error().kind == ErrorKind::forbidden) co_return std::nullopt;
    co_return opened.error().message;
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::InspectDevice request) {
    VEDETTE_CO_CHECK(check_host(request.address));
    if (inspections >= max_inspections)
        co_return fail(ErrorKind::exhausted,
                       "too many devices are being asked at once; try again in a moment");
    ++inspections;
    const std::shared_ptr<void> end(nullptr, [this](void*) { --inspections; });
    discovery::DeviceAccess access;
    access.host = request.address;
    access.place = {.port = request.port, .path = request.path, .secure = request.secure};
    if (access.place.path.empty()) access.place.path = onvif::default_device_path;
    access.credentials = {request.username, std::move(request.password)};
    access.only_trusted = site.only_trusted_certificates;
    std::optional<std::string> why_plain;
    if (access.place.secure) {
        auto choosing = why_not_secure(access.duplicate());
        why_plain = co_await std::move(choosing);
        if (why_plain) {
            access.place.secure = false;
            access.place.port = 80;
        }
    }
    discovery::DeviceClient client(std::move(access), clock, *process);
    auto describing = discovery::describe_device(client, false);
    auto described = co_await std::move(describing);
    wire::DeviceReport report;
    if (!described) {
        report.message = std::move(described).error().message;
        co_return report;
    }
    onvif::DeviceDescription& description = *described;
    report = {.ok = true,
              .message = {},
              .identity = discovery::identity_of(description, client.access(), request.endpoint),
              .channels = {},
              .warnings = std::move(description.warnings),
              .has_ptz = description.has_ptz,
              .has_events = description.has_events};
    if (why_plain)
        report.warnings.push_back(
            fmt::format("The camera offers HTTPS, but {}. It was asked without encryption.", *why_plain));
    for (onvif::Channel& channel : description.channels) {
        wire::DeviceChannel out{.name = proposed_name(description, channel, client.access().host),
                                .main = to_wire(channel.main, std::move(channel.main_url)),
                                .sub = {}};
        if (!channel.sub_url.empty()) out.sub = to_wire(channel.sub, std::move(channel.sub_url));
        report.channels.push_back(std::move(out));
    }
    co_return report;
}

}  // namespace vedette::gateway
