#pragma once
// One connection to a camera's host, with TLS where the route says so.

#include <optional>
#include <string>

#include "gateway/ingest/transport_choice.hpp"
#include "net/tcp.hpp"
#include "rtsp/certificate_trust.hpp"

namespace vedette::gateway::ingest {

struct Dialled {
    net::TcpStream stream;
    std::optional<rtsp::CertificateTrust>
        certificate;       ///< as it was shown; not judged yet. Unset without TLS
    std::string protocol;  ///< "TLSv1.3"; empty without TLS
};

/// Connects and shakes hands, and trusts nobody: the caller judges the certificate before it writes anything.
/// Failures are sentences for whoever set up the camera.
net::Awaitable<Result<Dialled>> dial(Route route, net::TlsFloor floor);

}  // namespace vedette::gateway::ingest
