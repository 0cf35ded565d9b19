#pragma once
// Carries ONVIF calls to one camera and its answers back: HTTP, Digest, and limits of time and size.

#include <chrono>
#include <string>

#include "gateway/camera_process/camera_process.hpp"
#include "net/http.hpp"
#include "net/http_client.hpp"
#include "onvif/set_up_session.hpp"
#include "rtsp/auth.hpp"

namespace vedette::gateway::devices {

using camera_process::CameraProcess;

constexpr std::chrono::seconds call_limit{8};

/// Nothing is sent to another host, no redirect is followed, and the password itself never leaves. Use from
/// one coroutine at a time.
class Carrier {
  public:
    Carrier(std::string host, rtsp::Credentials credentials);

    /// `limit` covers connecting, asking and the answer. Errors: `unavailable`, `timeout`, `corrupt`,
    /// `exhausted`, `unauthenticated`, and `unsupported` where the camera wants the password in the clear.
    net::Awaitable<Result<net::HttpAnswer>> post(onvif::Call call, std::chrono::seconds limit = call_limit);

  private:
    std::string host_;
    bool has_credentials_;
    rtsp::Authenticator authenticator_;
};

}  // namespace vedette::gateway::devices
