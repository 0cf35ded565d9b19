#pragma once
// Carries ONVIF calls to one camera and its answers back, and what is learned of its certificates to whoever
// keeps that.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "gateway/discovery/device_client.hpp"
#include "onvif/control_session.hpp"

namespace vedette::gateway::devices {

using camera_process::CameraProcess;
using discovery::call_limit;

/// What is known of a camera's certificates. On the gateway's loop.
struct TrustBook {
    std::function<std::vector<rtsp::CertificateTrust>()> known;
    std::function<bool()> only_trusted;
    std::function<void(const rtsp::CertificateTrust&)> remember;
};

/// Nothing is sent to another host, no redirect is followed, and the password itself never leaves outside of
/// TLS. Use from one coroutine at a time.
class Carrier {
  public:
    /// `clock` and `process` outlive it.
    Carrier(const onvif::DeviceAccess& access, const Clock& clock, CameraProcess& process, TrustBook trust);

    /// `limit` covers connecting, asking and the answer. Errors: those of discovery::DeviceClient.
    net::Awaitable<Result<net::HttpAnswer>> post(onvif::Call call, std::chrono::seconds limit = call_limit);

  private:
    discovery::DeviceClient client_;
    TrustBook trust_;
};

}  // namespace vedette::gateway::devices
