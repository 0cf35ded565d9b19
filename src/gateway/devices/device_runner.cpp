#include "gateway/devices/device_runner.hpp"

#include <algorithm>
#include <utility>

#include "net/timeout.hpp"

namespace vedette::gateway::devices {

namespace {

/// When the gateway ends, or a camera's settings change, while the camera is being moved.
constexpr std::chrono::seconds last_stop_limit{2};

onvif::PtzVector to_onvif(const wire::PtzVector& vector) {
    return {.pan = vector.pan, .tilt = vector.tilt, .zoom = vector.zoom};
}

// The states of relays are wanted here, too: no answer of a camera tells them.
EventKeeper with_relays(EventKeeper keeper, std::map<std::string, bool>& states) {
    keeper.relay = [&states](const std::string& token, bool active) {
        if (states.size() < max_relay_states || states.contains(token)) states[token] = active;
    };
    return keeper;
}

}  // namespace

DeviceRunner::DeviceRunner(const boost::asio::any_io_executor& executor, const Clock& clock,
                           CameraProcess& process, CameraId camera, onvif::DeviceAccess access,
                           TrustBook trust, EventKeeper keeper)
    : access_(std::move(access)),
      line_(std::make_shared<DeviceLine>(executor, clock, process, access_.duplicate(), trust)),
      motor_(executor, clock, line_),
      guide_(executor, clock, line_),
      feed_(clock, process, camera, access_.duplicate(), std::move(trust),
            with_relays(std::move(keeper), relay_states_)),
      tasks_(executor, "device") {}

bool DeviceRunner::serves(const onvif::DeviceAccess& access) const {
    return access.host == access_.host && access.place() == access_.place() &&
           access.username == access_.username && access.stream_url == access_.stream_url &&
           access.password.reveal_text() == access_.password.reveal_text();
}

void DeviceRunner::start(std::vector<wire::Patrol> patrols, const std::string& running) {
    patrols_ = std::move(patrols);
    tasks_.spawn(motor_.run());
    tasks_.spawn(guide_.run());
    tasks_.spawn(feed_.run());
    (void)start_patrol(running);
}

net::Awaitable<void> DeviceRunner::stop() {
    guide_.stop();
    if (motor_.moving()) {
        auto stopping = motor_.stop();
        auto in_time = net::with_timeout(last_stop_limit, "late", std::move(stopping));
        (void)co_await std::move(in_time);
    }
    motor_.close();
    co_await tasks_.stop();
    auto leaving = feed_.say_goodbye();
    co_await std::move(leaving);
}

net::Awaitable<Result<>> DeviceRunner::only(onvif::Command command) {
    auto running = line_->run(std::move(command));
    const auto done = co_await std::move(running);
    if (!done) co_return std::unexpected(done.error());
    co_return Result<>();
}

net::Awaitable<Result<>> DeviceRunner::move(onvif::Command command) {
    const auto self = shared_from_this();
    guide_.pause();
    motor_.forget();
    auto moving = only(std::move(command));
    co_return co_await std::move(moving);
}

net::Awaitable<Result<>> DeviceRunner::control(wire::HoldPtz command) {
    const auto self = shared_from_this();
    guide_.pause();
    auto holding = motor_.hold(to_onvif(command.velocity), command.hold);
    co_return co_await std::move(holding);
}
net::Awaitable<Result<>> DeviceRunner::control(wire::StopPtz) {
    const auto self = shared_from_this();
    guide_.pause();
    auto stopping = motor_.stop();
    co_return co_await std::move(stopping);
}
net::Awaitable<Result<>> DeviceRunner::control(wire::StepPtz command) {
    return move(onvif::MoveBy{.translation = to_onvif(command.translation)});
}
net::Awaitable<Result<>> DeviceRunner::control(wire::PlacePtz command) {
    return move(onvif::MoveTo{.pan = command.pan, .tilt = command.tilt, .zoom = command.zoom});
}
net::Awaitable<Result<>> DeviceRunner::control(wire::RecallPreset command) {
    return move(onvif::GoToPreset{.token = std::move(command.token)});
}
net::Awaitable<Result<>> DeviceRunner::control(wire::GoHome) {
    return move(onvif::GoHome{});
}
net::Awaitable<Result<>> DeviceRunner::control(wire::SetHome) {
    return only(onvif::SetHome{});
}
net::Awaitable<Result<>> DeviceRunner::control(wire::RemovePreset command) {
    return only(onvif::RemovePreset{.token = std::move(command.token)});
}

net::Awaitable<Result<wire::PtzPreset>> DeviceRunner::save_preset(wire::SavePreset command) {
    const auto self = shared_from_this();
    auto running = line_->run(onvif::SetPreset{.token = std::move(command.token), .name = command.name});
    VEDETTE_CO_TRY(auto answer, co_await std::move(running));
    co_return wire::PtzPreset{.token = std::get<std::string>(std::move(answer)),
                              .name = std::move(command.name)};
}

net::Awaitable<Result<wire::PtzReport>> DeviceRunner::look() {
    const auto self = shared_from_this();
    wire::PtzReport report;
    auto learning = line_->run(onvif::LearnPtz{});
    const auto learned = co_await std::move(learning);
    if (!learned) {
        report.message = learned.error().message;
        // What will pass is an error; what stays is an answer.
        if (learned.error().kind != ErrorKind::unsupported) co_return std::unexpected(learned.error());
        co_return report;
    }
    const auto& node = std::get<onvif::PtzNode>(*learned);
    report.supported = true;
    report.can_pan_tilt = node.continuous_pan_tilt.has_value();
    report.can_zoom = node.continuous_zoom.has_value();
    report.can_step = node.relative_pan_tilt.has_value();
    report.can_place = node.absolute_pan_tilt.has_value();
    report.can_place_zoom = node.absolute_zoom.has_value();
    report.has_home = node.has_home;
    report.max_presets = node.max_presets;
    // A camera that moves and does not say where to is one, too.
    auto asking = line_->run(onvif::AskPosition{});
    if (const auto position = co_await std::move(asking)) {
        const auto& at = std::get<onvif::PtzPosition>(*position);
        report.pan = at.pan;
        report.tilt = at.tilt;
        report.zoom = at.zoom;
    }
    if (node.max_presets > 0) {
        auto listing = line_->run(onvif::ListPresets{});
        VEDETTE_CO_TRY(auto answer, co_await std::move(listing));
        for (onvif::PtzPreset& preset : std::get<std::vector<onvif::PtzPreset>>(answer))
            report.presets.push_back({.token = std::move(preset.token), .name = std::move(preset.name)});
    }
    report.patrols = patrols_;
    report.patrol = guide_.name();
    report.patrol_pauses = guide_.pauses();
    report.patrol_message = guide_.message();
    co_return report;
}

Result<> DeviceRunner::save_patrol(wire::Patrol patrol) {
    const auto found = std::ranges::find(patrols_, patrol.name, &wire::Patrol::name);
    if (found == patrols_.end() && patrols_.size() >= max_patrols)
        return fail(ErrorKind::exhausted, "{} patrols are the most that a camera can have", max_patrols);
    const bool runs = guide_.name() == patrol.name;
    if (runs) guide_.start(patrol);
    if (found == patrols_.end())
        patrols_.push_back(std::move(patrol));
    else
        *found = std::move(patrol);
    return {};
}

Result<> DeviceRunner::remove_patrol(const std::string& name) {
    if (guide_.name() == name) guide_.stop();
    if (std::erase_if(patrols_, [&](const wire::Patrol& patrol) { return patrol.name == name; }) == 0)
        return fail(ErrorKind::not_found, "there is no such patrol");
    return {};
}

Result<> DeviceRunner::start_patrol(const std::string& name) {
    const auto found = std::ranges::find(patrols_, name, &wire::Patrol::name);
    if (found == patrols_.end()) return fail(ErrorKind::not_found, "there is no such patrol");
    motor_.forget();
    guide_.start(*found);
    return {};
}

net::Awaitable<Result<wire::RelayList>> DeviceRunner::relays() {
    const auto self = shared_from_this();
    auto listing = line_->run(onvif::ListRelays{});
    const auto answer = co_await std::move(listing);
    wire::RelayList list;
    if (!answer) {
        if (answer.error().kind != ErrorKind::unsupported) co_return std::unexpected(answer.error());
        list.message = "this camera has no relay outputs";
        co_return list;
    }
    list.supported = true;
    for (const onvif::RelayOutput& output : std::get<std::vector<onvif::RelayOutput>>(*answer)) {
        wire::Relay relay{.token = output.token, .returns_by_itself = output.returns_by_itself, .active = {}};
        if (const auto known = relay_states_.find(output.token); known != relay_states_.end())
            relay.active = known->second;
        list.relays.push_back(std::move(relay));
    }
    co_return list;
}

net::Awaitable<Result<>> DeviceRunner::switch_relay(wire::SwitchRelay command) {
    const auto self = shared_from_this();
    auto switching = only(onvif::SwitchRelay{.token = command.token, .active = command.active});
    VEDETTE_CO_CHECK(co_await std::move(switching));
    relay_states_[command.token] = command.active;
    co_return Result<>();
}

}  // namespace vedette::gateway::devices
