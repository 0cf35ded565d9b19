#pragma once
// Within the camera process: what a session's events say about the camera's own signatures.

#include <vector>

#include "base/time.hpp"
#include "media/signature_verdict.hpp"
#include "media_signing/verifier.hpp"
#include "rtsp/client_events.hpp"

namespace vedette::gateway::camera_process {

/// Of one session. Sees its events in their order, each before it is reported.
class SignatureCheck {
  public:
    /// What is known with this event, to be reported before it. Valid until the next call.
    const std::vector<media::SignatureVerdict>& see(const rtsp::ClientEvent& event, MonotonicTime now);

  private:
    std::vector<media_signing::Verifier> verifiers_;  ///< by track
    std::vector<media::SignatureVerdict> found_;
};

}  // namespace vedette::gateway::camera_process
