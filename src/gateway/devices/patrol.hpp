#pragma once
// A tour over a camera's presets. A move by hand pauses it.

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "gateway/devices/device_line.hpp"
#include "wire/control.hpp"

namespace vedette::gateway::devices {

/// After the last move by hand.
constexpr std::chrono::seconds patrol_pause{60};

/// Lives on the gateway's loop. run() is its one task.
class PatrolGuide {
  public:
    PatrolGuide(const boost::asio::any_io_executor& executor, const Clock& clock,
                std::shared_ptr<DeviceLine> line);

    net::Awaitable<void> run();
    /// From its first stop.
    void start(wire::Patrol patrol);
    void stop();
    /// Somebody moves the camera by hand.
    void pause();

    /// Empty: none runs.
    std::string name() const { return patrol_ ? patrol_->name : std::string(); }
    bool pauses() const { return patrol_ && clock_.monotonic_now() < paused_until_; }
    /// One sentence when it does not get on, else empty.
    const std::string& message() const { return message_; }

  private:
    net::Awaitable<std::chrono::nanoseconds> next_stop();

    const Clock& clock_;
    std::shared_ptr<DeviceLine> line_;
    net::Event changed_;
    std::optional<wire::Patrol> patrol_;
    std::size_t at_ = 0;
    MonotonicTime paused_until_{};
    std::string message_;
};

}  // namespace vedette::gateway::devices
