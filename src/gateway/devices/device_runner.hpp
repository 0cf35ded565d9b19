#pragma once
// One camera's device while it is in use: its head, its patrols, its relays, its events.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/devices/device_line.hpp"
#include "gateway/devices/event_feed.hpp"
#include "gateway/devices/patrol.hpp"
#include "gateway/devices/ptz_motor.hpp"
#include "net/task_group.hpp"
#include "wire/control.hpp"

namespace vedette::gateway::devices {

constexpr std::size_t max_patrols = 8;
constexpr std::size_t max_relay_states = 64;
constexpr std::size_t max_patrol_stops = 32;
constexpr std::chrono::seconds min_dwell{3};
constexpr std::chrono::seconds max_dwell{3600};

/// Lives on the gateway's loop. stop() must be awaited before it is destroyed; whoever waits in one of its
/// coroutines keeps it alive.
class DeviceRunner : public std::enable_shared_from_this<DeviceRunner> {
  public:
    /// `trust` knows its certificates. `keeper` takes the camera's events; its `relay` is set here. `clock`
    /// and `process` outlive it.
    DeviceRunner(const boost::asio::any_io_executor& executor, const Clock& clock, CameraProcess& process,
                 CameraId camera, onvif::DeviceAccess access, TrustBook trust, EventKeeper keeper);

    /// `patrols` as they are stored, and the name of the one that ran.
    void start(std::vector<wire::Patrol> patrols, const std::string& running);
    /// An event of an earlier process that has not ended. Before start().
    void restore(wire::CameraEvent event) { feed_.restore(std::move(event)); }
    /// Stops a camera that is being moved, and gives its subscription back.
    net::Awaitable<void> stop();

    net::Awaitable<Result<wire::PtzReport>> look();
    /// Held moves, steps, positions, presets and home; all of them pause a patrol.
    net::Awaitable<Result<>> control(wire::HoldPtz command);
    net::Awaitable<Result<>> control(wire::StopPtz command);
    net::Awaitable<Result<>> control(wire::StepPtz command);
    net::Awaitable<Result<>> control(wire::PlacePtz command);
    net::Awaitable<Result<>> control(wire::RecallPreset command);
    net::Awaitable<Result<>> control(wire::GoHome command);
    /// Settings of the camera.
    net::Awaitable<Result<>> control(wire::SetHome command);
    net::Awaitable<Result<>> control(wire::RemovePreset command);
    net::Awaitable<Result<wire::PtzPreset>> save_preset(wire::SavePreset command);

    const std::vector<wire::Patrol>& patrols() const { return patrols_; }
    /// Adds or replaces; one that runs begins anew. Storing it is the caller's business, as below.
    Result<> save_patrol(wire::Patrol patrol);
    Result<> remove_patrol(const std::string& name);
    Result<> start_patrol(const std::string& name);
    void stop_patrol() { guide_.stop(); }
    std::string running_patrol() const { return guide_.name(); }

    net::Awaitable<Result<wire::RelayList>> relays();
    net::Awaitable<Result<>> switch_relay(wire::SwitchRelay command);

    const EventFeed& events() const { return feed_; }
    /// Whether it is for this device with these credentials.
    bool serves(const onvif::DeviceAccess& access) const;

  private:
    /// Moves by another way than holding.
    net::Awaitable<Result<>> move(onvif::Command command);
    net::Awaitable<Result<>> only(onvif::Command command);

    onvif::DeviceAccess access_;
    std::shared_ptr<DeviceLine> line_;
    PtzMotor motor_;
    PatrolGuide guide_;
    std::vector<wire::Patrol> patrols_;
    std::map<std::string, bool> relay_states_;
    EventFeed feed_;
    net::TaskGroup tasks_;
};

}  // namespace vedette::gateway::devices
