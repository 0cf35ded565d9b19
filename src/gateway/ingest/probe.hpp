#pragma once

#include <string>
#include <vector>

#include "gateway/ingest/camera_access.hpp"
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
net::Awaitable<ProbeReport> probe(CameraProcess& process, CameraAccess access, CertificateBook& book);

}  // namespace vedette::gateway::ingest
