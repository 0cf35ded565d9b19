#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "gateway/ingest/session_pump.hpp"
#include "media/types.hpp"
#include "rtsp/url.hpp"

namespace vedette::gateway::ingest {

struct ProbeReport {
    bool ok = false;
    std::string message;  ///< one sentence: what was found, or what is wrong
    std::vector<media::TrackParameters> tracks;
};

/// Connects to a camera as recording would, up to the first picture that can be decoded, and disconnects. At
/// most about 20 s for each way that is tried.
net::Awaitable<ProbeReport> probe(CameraAccess access, CertificateBook& book, const Clock& clock,
                                  std::span<std::byte> buffer);

}  // namespace vedette::gateway::ingest
