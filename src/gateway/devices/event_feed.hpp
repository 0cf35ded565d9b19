#pragma once
// Fetches one camera's events for as long as the camera is there, and comes back when it was lost: never so
// often that it is a burden, and not at all after it has refused the credentials.

#include <functional>
#include <optional>
#include <string>

#include "gateway/devices/carrier.hpp"
#include "gateway/devices/event_tracker.hpp"
#include "onvif/event_session.hpp"
#include "wire/control.hpp"

namespace vedette::gateway::devices {

constexpr std::chrono::seconds first_resubscribe{2};
constexpr std::chrono::seconds longest_resubscribe{300};

/// Where events go. On the gateway's loop.
struct EventKeeper {
    std::function<net::Awaitable<Result<std::uint64_t>>(wire::CameraEvent)> add;
    std::function<net::Awaitable<Result<>>(std::uint64_t, UtcTime)> end;
    std::function<void(wire::CameraEvent)> tell;
    /// The state of a relay, whether or not it is an event.
    std::function<void(std::string token, bool active)> relay;
};

/// How long to wait before the attempt after `failures` failures in a row; `random` is any number, new each
/// time. Pure.
std::chrono::milliseconds resubscribe_after(unsigned failures, std::uint32_t random);

/// Lives on the gateway's loop. run() is its one task.
class EventFeed {
  public:
    /// `clock` and `process` outlive it.
    EventFeed(const Clock& clock, CameraProcess& process, CameraId camera, onvif::DeviceAccess access,
              TrustBook trust, EventKeeper keeper);

    /// Those of an earlier process that have not ended.
    void restore(wire::CameraEvent event) { tracker_.restore(std::move(event)); }
    net::Awaitable<void> run();
    /// When run() has been ended: gives the subscription back, within a moment.
    net::Awaitable<void> say_goodbye();

    wire::SubscriptionState state() const { return state_; }
    /// One sentence when something is wrong, else empty.
    const std::string& reason() const { return reason_; }

  private:
    net::Awaitable<void> converse();
    net::Awaitable<void> take(onvif::Notification notification);

    const Clock& clock_;
    CameraProcess& process_;
    CameraId camera_;
    onvif::DeviceAccess access_;
    TrustBook trust_;
    EventKeeper keeper_;
    EventTracker tracker_;
    std::optional<onvif::EventSession> session_;
    wire::SubscriptionState state_ = wire::SubscriptionState::connecting;
    std::string reason_;
};

}  // namespace vedette::gateway::devices
