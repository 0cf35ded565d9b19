#pragma once
// Moves a camera while somebody holds a direction, and stops it when nobody says so any more.

#include <chrono>
#include <memory>
#include <optional>

#include "gateway/devices/device_line.hpp"

namespace vedette::gateway::devices {

constexpr std::chrono::milliseconds min_hold{100};
constexpr std::chrono::milliseconds max_hold{5'000};
/// The camera is told to stop by itself after this, in case that we are gone. Said again at half of it.
constexpr std::chrono::milliseconds camera_hold{3'000};

/// Lives on the gateway's loop. run() is its one task; while that is not running, nothing moves.
class PtzMotor {
  public:
    PtzMotor(const boost::asio::any_io_executor& executor, const Clock& clock,
             std::shared_ptr<DeviceLine> line);

    net::Awaitable<void> run();
    /// Until `hold` has passed, or hold() or stop() is called. Returns when the camera has taken it.
    net::Awaitable<Result<>> hold(onvif::PtzVector velocity, std::chrono::milliseconds hold);
    net::Awaitable<Result<>> stop();
    /// Another command moves the camera now: what was held is not continued, and needs no stop.
    void forget();
    /// run() has ended or is about to: whoever waits is sent away.
    void close();
    bool moving() const { return wanted_.has_value() || sent_.has_value(); }

  private:
    net::Awaitable<Result<>> settle();
    net::Awaitable<void> turn();
    net::Awaitable<void> send_move(onvif::PtzVector velocity);
    net::Awaitable<void> send_stop();

    const Clock& clock_;
    std::shared_ptr<DeviceLine> line_;
    net::Event asked_;
    net::Event settled_;
    std::optional<onvif::PtzVector> wanted_;
    std::optional<onvif::PtzVector> sent_;  ///< what the camera does, as far as known
    MonotonicTime deadline_{};              ///< of `wanted_`
    MonotonicTime refresh_{};               ///< when the camera has to hear it again
    std::uint64_t asks_ = 0;
    std::uint64_t handled_ = 0;
    unsigned failed_stops_ = 0;
    bool closed_ = false;
    std::optional<Error> error_;
};

}  // namespace vedette::gateway::devices
