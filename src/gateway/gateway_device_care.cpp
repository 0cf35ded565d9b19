// The gateway looks after the devices that its cameras are: over ONVIF, with the camera's own account.

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "gateway/discovery/device_care.hpp"
#include "gateway/discovery/identity.hpp"
#include "gateway/gateway_impl.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway {

namespace {

/// A restart takes longer than its camera says, often.
constexpr std::chrono::minutes restart_limit{5};
constexpr std::chrono::minutes firmware_limit{15};
/// After this much silence an upload is given up.
constexpr std::chrono::minutes upload_silence{2};
constexpr std::size_t max_uploads = 4;
constexpr std::chrono::seconds refresh_tick{15};
constexpr std::chrono::hours refresh_period{24};
constexpr std::chrono::hours refresh_retry{1};

// Words of the camera about its account are not about the user's: his session is well.
Error about_the_camera(Error error) {
    if (error.kind == ErrorKind::unauthenticated || error.kind == ErrorKind::forbidden)
        error.kind = ErrorKind::conflict;
    return error;
}

wire::DeviceCare done(std::string message) {
    wire::DeviceCare care;
    care.message = std::move(message);
    return care;
}

}  // namespace

// The account of a camera goes to the host of its streams and to no other.
Result<discovery::DeviceAccess> Gateway::Impl::device_access(const Camera& camera) const {
    auto access = camera.device ? discovery::access_to(*camera.device) : std::nullopt;
    if (!access)
        return fail(
            ErrorKind::unsupported,
            "this camera was added by the address of its stream; add it by the search to look after its "
            "device");
    if (access->host != discovery::host_of(camera.main_url))
        return fail(ErrorKind::conflict,
                    "the device's address is not that of the camera's stream; search for the camera again");
    access->credentials = camera.credentials.duplicate();
    access->certificates = camera.certificates;
    access->only_trusted = site.only_trusted_certificates;
    return *std::move(access);
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::PreviewDevice request) {
    if (inspections >= max_inspections)
        co_return fail(ErrorKind::exhausted,
                       "too many devices are being asked at once; try again in a moment");
    ++inspections;
    const std::shared_ptr<void> end(nullptr, [this](void*) { --inspections; });
    discovery::DeviceAccess access;
    access.host = request.device.address;
    access.place = {
        .port = request.device.port, .path = request.device.path, .secure = request.device.secure};
    access.credentials = {request.device.username, std::move(request.device.password)};
    access.only_trusted = site.only_trusted_certificates;
    discovery::DeviceClient client(std::move(access), clock, *process);
    auto taking = discovery::take_still(client, std::move(request.main_url));
    auto still = co_await net::with_timeout(discovery::set_up_limit, "the camera answers too slowly",
                                            std::move(taking));
    if (!still) co_return std::unexpected(about_the_camera(std::move(still).error()));
    co_return wire::StillPicture{*std::move(still)};
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::MaintainCamera request) {
    const auto found = runners.find(request.id);
    if (found == runners.end()) co_return std::unexpected(no_such_camera);
    auto access = device_access(found->second->camera());
    if (!access) co_return std::unexpected(access.error());
    if (inspections >= max_inspections)
        co_return fail(ErrorKind::exhausted,
                       "too many devices are being asked at once; try again in a moment");
    ++inspections;
    const std::shared_ptr<void> end(nullptr, [this](void*) { --inspections; });
    auto working = std::visit(
        [&](auto& task) { return maintain(request.id, std::move(*access), std::move(task)); }, request.task);
    auto answer = co_await std::move(working);
    if (!answer) co_return std::unexpected(about_the_camera(std::move(answer).error()));
    co_return *std::move(answer);
}

// What a device has shown first is remembered, as for the camera's streams.
void Gateway::Impl::remember_first_seen(CameraId id, const discovery::DeviceClient& client) {
    const auto runner = runners.find(id);
    if (runner != runners.end() && client.first_seen()) runner->second->remember(*client.first_seen());
}

net::Awaitable<Result<wire::DeviceCare>> Gateway::Impl::maintain(CameraId id, discovery::DeviceAccess access,
                                                                 wire::ViewDevice) {
    const std::string main_url = runners.at(id)->camera().main_url;
    discovery::DeviceClient client(std::move(access), clock, *process);
    auto viewing = discovery::view_device(client, main_url);
    auto care = co_await net::with_timeout(discovery::set_up_limit, "the camera answers too slowly",
                                           std::move(viewing));
    remember_first_seen(id, client);
    if (care) take_facts(id, *care);
    co_return care;
}

net::Awaitable<Result<wire::DeviceCare>> Gateway::Impl::maintain(CameraId id, discovery::DeviceAccess access,
                                                                 wire::SetDeviceClock task) {
    discovery::DeviceClient client(std::move(access), clock, *process);
    const bool by_ntp = !task.ntp_servers.empty();
    auto setting = discovery::set_clock(client, std::move(task.ntp_servers), clock);
    const auto set = co_await std::move(setting);
    remember_first_seen(id, client);
    if (!set) co_return std::unexpected(set.error());
    co_return done(by_ntp ? "The clock is set, and follows the time servers from now on"
                          : "The clock is set to the gateway's time");
}

net::Awaitable<Result<wire::DeviceCare>> Gateway::Impl::maintain(CameraId id, discovery::DeviceAccess access,
                                                                 wire::ChangeDevicePassword task) {
    discovery::DeviceClient client(std::move(access), clock, *process);
    auto changing = discovery::change_password(client, task.password.duplicate(), task.allow_in_clear, clock);
    const auto changed = co_await std::move(changing);
    remember_first_seen(id, client);
    if (!changed) co_return std::unexpected(changed.error());
    wire::ChangeCamera change{.id = id, .settings = {}};
    change.settings.password = std::move(task.password);
    auto storing = handle(std::move(change));
    const auto stored = co_await std::move(storing);
    if (!stored)
        co_return fail(
            stored.error().kind,
            "the camera has the new password, but it could not be kept here: {}. Enter it in the camera's "
            "settings",
            stored.error().message);
    co_return done("The camera has the new password, and recording goes on with it");
}

net::Awaitable<Result<wire::DeviceCare>> Gateway::Impl::maintain(CameraId id, discovery::DeviceAccess access,
                                                                 wire::RebootDevice) {
    discovery::DeviceClient client(std::move(access), clock, *process);
    const auto runner = runners.find(id);
    runner->second->expect_gap("the camera was restarted by an administrator", restart_limit);
    auto asking = discovery::reboot(client);
    const auto asked = co_await std::move(asking);
    remember_first_seen(id, client);
    if (!asked) {
        if (const auto again = runners.find(id); again != runners.end())
            again->second->expect_gap({}, std::chrono::seconds(0));
        co_return std::unexpected(asked.error());
    }
    refreshed.erase(id);
    co_return done("The camera restarts; it is recorded again as soon as it is back");
}

net::Awaitable<Result<wire::DeviceCare>> Gateway::Impl::maintain(CameraId id, discovery::DeviceAccess access,
                                                                 wire::SetDeviceImaging task) {
    const std::string main_url = runners.at(id)->camera().main_url;
    discovery::DeviceClient client(std::move(access), clock, *process);
    auto setting = discovery::set_imaging(client, main_url,
                                          {.numbers = std::move(task.values),
                                           .ir_cut = std::move(task.ir_cut),
                                           .focus = std::move(task.focus)});
    const auto set = co_await std::move(setting);
    if (!set) co_return std::unexpected(set.error());
    auto viewing = discovery::view_device(client, main_url);
    auto care = co_await std::move(viewing);
    remember_first_seen(id, client);
    if (care) care->message = "The picture is set";
    co_return care;
}

net::Awaitable<Result<wire::DeviceCare>> Gateway::Impl::maintain(CameraId id, discovery::DeviceAccess access,
                                                                 wire::BeginFirmware task) {
    std::erase_if(uploads, [&](const auto& entry) {
        return entry.second->last + upload_silence < clock.monotonic_now() && !entry.second->busy;
    });
    if (uploads.contains(id) && uploads.at(id)->busy)
        co_return fail(ErrorKind::conflict, "a firmware file is on its way to this camera already");
    if (uploads.size() >= max_uploads)
        co_return fail(ErrorKind::exhausted, "{} firmware files are on their way already", max_uploads);
    const auto upload = std::make_shared<Upload>(
        Upload{.file = {std::move(access), clock, *process}, .last = clock.monotonic_now(), .busy = true});
    uploads[id] = upload;
    auto beginning = upload->file.begin(task.bytes, task.allow_in_clear);
    const auto begun = co_await std::move(beginning);
    upload->busy = false;
    upload->last = clock.monotonic_now();
    if (!begun) {
        uploads.erase(id);
        co_return std::unexpected(begun.error());
    }
    log::info("camera {}: a firmware file of {} bytes is sent to it", runners.at(id)->camera().name,
              task.bytes);
    co_return done("The camera waits for the file");
}

net::Awaitable<Result<wire::DeviceCare>> Gateway::Impl::maintain(CameraId id, discovery::DeviceAccess,
                                                                 wire::UploadFirmware task) {
    const auto found = uploads.find(id);
    if (found == uploads.end() || found->second->busy)
        co_return fail(ErrorKind::conflict, "the camera does not wait for this piece; begin again");
    const std::shared_ptr<Upload> upload = found->second;
    upload->busy = true;
    auto sending = upload->file.send(task.offset, std::move(task.piece));
    const auto sent = co_await std::move(sending);
    upload->busy = false;
    upload->last = clock.monotonic_now();
    if (!sent || upload->file.done()) uploads.erase(id);
    const auto runner = runners.find(id);
    if (runner == runners.end()) co_return std::unexpected(no_such_camera);
    if (!sent) {
        log::warn("camera {}: the firmware was not taken: {}", runner->second->camera().name,
                  sent.error().message);
        co_return std::unexpected(sent.error());
    }
    if (!upload->file.done()) co_return done({});
    runner->second->expect_gap("the camera installed firmware", firmware_limit);
    refreshed.erase(id);
    log::info("camera {}: it has taken the firmware", runner->second->camera().name);
    co_return done(
        "The camera has taken the firmware and installs it; it is recorded again as soon as it is back");
}

// Firmware and services, as they are now; the rest of the identity is what the camera is recognised by, and
// stays.
void Gateway::Impl::take_facts(CameraId id, const wire::DeviceCare& care) {
    const auto runner = runners.find(id);
    if (runner == runners.end() || !runner->second->camera().device) return;
    wire::DeviceIdentity device = *runner->second->camera().device;
    if (device.manufacturer != care.manufacturer || device.model != care.model) {
        log::warn("camera {}: the device at its address is another one now: {} {}",
                  runner->second->camera().name, care.manufacturer, care.model);
        return;
    }
    if (device.firmware != care.firmware)
        log::info("camera {}: firmware {}, before {}", runner->second->camera().name, care.firmware,
                  device.firmware);
    device.firmware = care.firmware;
    device.services = care.services;
    device.checked = clock.utc_now();
    if (const auto saved = store.save_device(id, device); !saved)
        log::error("camera {}: what its device is could not be kept: {}", id.text(), saved.error().message);
    runner->second->set_device(std::move(device));
    refreshed[id] = clock.monotonic_now() + refresh_period;
    announce(id);
}

// Each device is asked what it is when it has come (back), at most once a day.
net::Awaitable<void> Gateway::Impl::refresh_devices() {
    for (;;) {
        co_await net::sleep_for(refresh_tick);
        std::vector<CameraId> due;
        for (const auto& [id, runner] : runners) {
            const auto next = refreshed.find(id);
            const bool waits = next != refreshed.end() && clock.monotonic_now() < next->second;
            const wire::CameraStatus status = runner->status();
            const bool works = std::ranges::any_of(status.streams, [](const auto& stream) {
                return stream.state == wire::CameraState::recording;
            });
            if (!waits && works && device_access(runner->camera())) due.push_back(id);
        }
        for (const CameraId id : due) {
            const auto runner = runners.find(id);
            if (runner == runners.end()) continue;
            auto access = device_access(runner->second->camera());
            if (!access) continue;
            refreshed[id] = clock.monotonic_now() + refresh_retry;
            auto viewing = maintain(id, *std::move(access), wire::ViewDevice{});
            const auto viewed = co_await std::move(viewing);
            if (!viewed)
                log::info("camera {}: its device told nothing: {}", id.text(), viewed.error().message);
        }
    }
}

}  // namespace vedette::gateway
