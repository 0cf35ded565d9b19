#pragma once
// One camera's ear for commands: they are carried out one after another, in the order in which they were
// given.

#include <cstdint>
#include <memory>
#include <set>

#include <boost/asio/any_io_executor.hpp>

#include "base/time.hpp"
#include "gateway/devices/carrier.hpp"
#include "net/event.hpp"
#include "onvif/control_session.hpp"

namespace vedette::gateway::devices {

/// Lives on the gateway's loop; whoever waits in run() keeps it alive.
class DeviceLine : public std::enable_shared_from_this<DeviceLine> {
  public:
    /// `clock` and `process` outlive it.
    DeviceLine(const boost::asio::any_io_executor& executor, const Clock& clock, CameraProcess& process,
               onvif::DeviceAccess access, TrustBook trust);

    /// Errors: those of onvif::ControlSession, and `exhausted` when too many wait.
    net::Awaitable<Result<onvif::CommandAnswer>> run(onvif::Command command);

  private:
    class Turn;
    void leave(std::uint64_t ticket);
    net::Awaitable<Result<onvif::CommandAnswer>> converse(onvif::Command command);

    const Clock& clock_;
    CameraProcess& process_;
    Carrier carrier_;
    onvif::ControlSession session_;
    net::Event next_;
    std::uint64_t last_ticket_ = 0;
    std::uint64_t serving_ = 1;
    std::set<std::uint64_t> given_up_;
};

}  // namespace vedette::gateway::devices
