// The gateway's answers about cameras in use: moving them, their relays, their events.

#include <utility>

#include "base/log.hpp"
#include "gateway/device_writing.hpp"
#include "gateway/discovery/identity.hpp"
#include "gateway/gateway_impl.hpp"
#include "gateway/runner_book.hpp"
#include "net/timeout.hpp"
#include "onvif/address.hpp"

namespace vedette::gateway {

namespace {

constexpr std::chrono::hours prune_period{1};

const Error no_device{
    ErrorKind::unsupported,
    "this camera was added without ONVIF; find it with \"Find cameras\" to use what else it can do"};

// Where the camera's ONVIF services are: on the host that its stream comes from, and nowhere else, since the
// camera's credentials go there.
std::optional<onvif::DeviceAccess> access_of(const Camera& camera) {
    if (!camera.device) return std::nullopt;
    const auto service = discovery::access_to(*camera.device);
    if (!service || service->host != discovery::host_of(camera.main_url)) return std::nullopt;
    return onvif::DeviceAccess{.host = service->host,
                               .port = service->place.port,
                               .path = service->place.path,
                               .secure = service->place.secure,
                               .username = camera.credentials.username,
                               .password = camera.credentials.password.duplicate(),
                               .stream_url = camera.main_url};
}

using Answer = decltype(wire::Reply::body);

// That the camera refuses its credentials, or is not trusted, is a state of the camera, and no word about the
// person who asks.
std::unexpected<Error> passed_on(Error error) {
    if (error.kind == ErrorKind::unauthenticated || error.kind == ErrorKind::forbidden)
        error.kind = ErrorKind::conflict;
    return std::unexpected(std::move(error));
}

Answer to_answer(Result<> done) {
    if (!done) return passed_on(std::move(done).error());
    return wire::Done{};
}

template <class T>
Answer to_answer(Result<T> value) {
    if (!value) return passed_on(std::move(value).error());
    return std::move(*value);
}

}  // namespace

void Gateway::Impl::attach_device(const Camera& camera) {
    auto access = access_of(camera);
    if (!access) return;
    auto device = std::make_shared<devices::DeviceRunner>(
        executor, clock, *process, camera.id, *std::move(access), trust_book(camera.id), event_keeper());
    std::erase_if(lasting_events, [&](wire::CameraEvent& event) {
        if (event.camera != camera.id) return false;
        // It may go on: what it had recorded goes on with it, once the camera tells its events again.
        if (const auto runner = runners.find(camera.id); runner != runners.end())
            runner->second->take_event(event);
        device->restore(std::move(event));
        return true;
    });
    const devices::StoredPatrols& stored = stored_patrols[camera.id];
    device->start(stored.patrols, stored.running);
    device_runners[camera.id] = std::move(device);
}

net::Awaitable<void> Gateway::Impl::detach_device(CameraId id) {
    const auto found = device_runners.find(id);
    if (found == device_runners.end()) co_return;
    const auto device = found->second;
    device_runners.erase(found);
    co_await device->stop();
}

net::Awaitable<void> Gateway::Impl::reattach_device(CameraId id) {
    const auto runner = runners.find(id);
    const auto device = device_runners.find(id);
    if (runner != runners.end() && device != device_runners.end()) {
        const auto access = access_of(runner->second->camera());
        if (access && device->second->serves(*access)) co_return;
    }
    auto detaching = detach_device(id);
    co_await std::move(detaching);
    // What lasted goes on, or is ended, as the camera tells when it is subscribed to again.
    auto looking = net::run_blocking(device_pool, [this] { return device_store.lasting_events(); });
    if (auto lasting = co_await std::move(looking))
        for (wire::CameraEvent& event : *lasting)
            if (event.camera == id) lasting_events.push_back(std::move(event));
    if (const auto found = runners.find(id); found != runners.end()) attach_device(found->second->camera());
}

// Of a camera that is gone nothing is believed.
devices::TrustBook Gateway::Impl::trust_book(CameraId id) {
    return {.known =
                [this, id] {
                    const auto found = runners.find(id);
                    return found == runners.end() ? std::vector<rtsp::CertificateTrust>()
                                                  : found->second->camera().certificates;
                },
            .only_trusted = [this, id] { return RunnerBook(runners, id).only_trusted(); },
            .remember = [this,
                         id](const rtsp::CertificateTrust& seen) { RunnerBook(runners, id).remember(seen); }};
}

devices::EventKeeper Gateway::Impl::event_keeper() {
    return {.add = [this](wire::CameraEvent event) -> net::Awaitable<Result<std::uint64_t>> {
                return net::run_blocking(
                    device_pool, [this, event = std::move(event)] { return device_store.add_event(event); });
            },
            .end = [this](std::uint64_t id, UtcTime end) -> net::Awaitable<Result<>> {
                return net::run_blocking(device_pool,
                                         [this, id, end] { return device_store.end_event(id, end); });
            },
            .tell =
                [this](wire::CameraEvent event) {
                    if (const auto found = runners.find(event.camera); found != runners.end())
                        found->second->take_event(event);
                    link->send(wire::CameraEventHappened{std::move(event)});
                },
            .relay = {}};
}

net::Awaitable<void> Gateway::Impl::prune_events() {
    for (;;) {
        auto pruning =
            store_device([now = clock.utc_now()](devices::DeviceStore& events) { return events.prune(now); });
        const auto pruned = co_await std::move(pruning);
        if (!pruned) log::error("old events could not be deleted: {}", pruned.error().message);
        co_await net::sleep_for(prune_period);
    }
}

// All at once: each may wait for its camera for a moment.
net::Awaitable<void> Gateway::Impl::stop_devices() {
    net::TaskGroup stopping(executor, "devices");
    for (auto& [id, device] : device_runners) stopping.spawn(device->stop());
    co_await stopping.wait();
    device_runners.clear();
}

Result<std::shared_ptr<devices::DeviceRunner>> Gateway::Impl::device_of(CameraId id) const {
    if (!runners.contains(id)) return std::unexpected(no_such_camera);
    const auto found = device_runners.find(id);
    if (found == device_runners.end()) return std::unexpected(no_device);
    return found->second;
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::ControlPtz request) {
    const CameraId id = request.id;
    auto found = device_of(id);
    if (!found && found.error().kind == ErrorKind::unsupported &&
        std::holds_alternative<wire::LookAtPtz>(request.command)) {
        wire::PtzReport report;
        report.message = found.error().message;
        co_return report;
    }
    if (!found) co_return std::unexpected(found.error());
    const auto device = *found;
    if (std::holds_alternative<wire::LookAtPtz>(request.command)) {
        auto looking = device->look();
        co_return to_answer(co_await std::move(looking));
    }
    if (auto* save = std::get_if<wire::SavePreset>(&request.command)) {
        auto saving = device->save_preset(std::move(*save));
        co_return to_answer(co_await std::move(saving));
    }
    devices::StoredPatrols& stored = stored_patrols[id];
    if (auto* save = std::get_if<wire::SavePatrol>(&request.command)) {
        VEDETTE_CO_CHECK(device->save_patrol(save->patrol));
        stored.patrols = device->patrols();
        auto storing = store_device([id, patrol = std::move(save->patrol)](devices::DeviceStore& to) {
            return to.save_patrol(id, patrol);
        });
        co_return to_answer(co_await std::move(storing));
    }
    if (const auto* remove = std::get_if<wire::RemovePatrol>(&request.command)) {
        VEDETTE_CO_CHECK(device->remove_patrol(remove->name));
        stored.patrols = device->patrols();
        stored.running = device->running_patrol();
        auto storing = store_device(
            [id, name = remove->name](devices::DeviceStore& to) { return to.remove_patrol(id, name); });
        co_return to_answer(co_await std::move(storing));
    }
    const auto* start = std::get_if<wire::StartPatrol>(&request.command);
    if (start != nullptr || std::holds_alternative<wire::StopPatrol>(request.command)) {
        if (start != nullptr)
            VEDETTE_CO_CHECK(device->start_patrol(start->name));
        else
            device->stop_patrol();
        stored.running = device->running_patrol();
        auto storing = store_device([id, name = stored.running](devices::DeviceStore& to) {
            return to.set_running_patrol(id, name);
        });
        co_return to_answer(co_await std::move(storing));
    }
    net::Awaitable<Result<>> moving = std::visit(
        [&](auto& command) -> net::Awaitable<Result<>> {
            if constexpr (requires { device->control(std::move(command)); })
                return device->control(std::move(command));
            else
                return [](Error error) -> net::Awaitable<Result<>> {
                    co_return std::unexpected(std::move(error));
                }(Error{ErrorKind::internal, "this is no movement"});
        },
        request.command);
    co_return to_answer(co_await std::move(moving));
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::ListRelays request) {
    auto found = device_of(request.id);
    if (!found && found.error().kind == ErrorKind::unsupported) {
        wire::RelayList list;
        list.message = found.error().message;
        co_return list;
    }
    if (!found) co_return std::unexpected(found.error());
    auto listing = (*found)->relays();
    co_return to_answer(co_await std::move(listing));
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::SwitchRelay request) {
    const auto found = device_of(request.id);
    if (!found) co_return std::unexpected(found.error());
    auto switching = (*found)->switch_relay(std::move(request));
    co_return to_answer(co_await std::move(switching));
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::QueryEvents request) {
    if (request.camera && !runners.contains(*request.camera)) co_return std::unexpected(no_such_camera);
    auto querying = net::run_blocking(device_pool, [this, request] { return device_store.events(request); });
    VEDETTE_CO_TRY(wire::EventList list, co_await std::move(querying));
    if (request.camera)
        if (const auto found = device_runners.find(*request.camera); found != device_runners.end()) {
            list.subscription = found->second->events().state();
            list.reason = found->second->events().reason();
        }
    co_return list;
}

}  // namespace vedette::gateway
