#pragma once
// How a camera is reached, and the beginning of a session with it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/camera_process/camera_process.hpp"
#include "gateway/ingest/transport_choice.hpp"
#include "rtsp/certificate_trust.hpp"

namespace vedette::gateway::ingest {

using camera_process::CameraProcess;
using camera_process::CameraSession;

/// What is known of a camera's certificates, and of the way that works. Used on the ingest loop; does not
/// block for long.
class CertificateBook {
  public:
    virtual ~CertificateBook() = default;
    virtual std::optional<rtsp::CertificateTrust> find(std::string_view authority) const = 0;
    virtual void remember(const rtsp::CertificateTrust& certificate) = 0;
    /// There is no trust on first use at this site.
    virtual bool only_trusted() const = 0;
    virtual void remember(TransportSetting transport) = 0;
};

/// How a camera stream is reached.
struct CameraAccess {
    rtsp::Url url;
    rtsp::Credentials credentials;
    bool allow_basic_in_clear = false;  ///< the owner has accepted that the password can be read on the way
    TransportSetting transport = TransportSetting::automatic;
    std::optional<TransportSetting> remembered_transport{};  ///< the way that worked before
    net::TlsFloor floor = net::TlsFloor::modern;  ///< legacy: the owner has accepted that TLS can be broken

    CameraAccess duplicate() const {
        return {url, credentials.duplicate(), allow_basic_in_clear, transport, remembered_transport, floor};
    }
};

/// A camera that was reached.
struct CameraContact {
    std::unique_ptr<CameraSession> session;             ///< unset when the certificate has changed
    std::optional<rtsp::CertificateTrust> certificate;  ///< as the camera shows it now; unset without TLS
    std::string protocol;                               ///< "TLSv1.3"; empty without TLS
    /// Set: who answered is not to be trusted, in words. The connection is closed, and nothing was said.
    std::optional<std::string> objection;
    std::optional<rtsp::CertificateTrust> expected;  ///< with an objection: what was remembered, if anything
};

/// The way of live media, for what has to come or go inside a connection: sound to a loudspeaker, and replay,
/// which is read at our own pace.
TransportSetting over_tcp(const CameraAccess& access);

/// What a session by this route may do; client_ports are connect_camera()'s.
rtsp::ClientOptions client_options(const Route& route, bool allow_basic_in_clear);

/// Connects to the route's host, opens the ports for datagrams, and gives all that to the camera process,
/// which speaks TLS where the URL says so, and establishes the tunnel; failures are sentences for whoever set
/// up the camera. A certificate that is seen for the first time goes into `book`, which outlives the call.
net::Awaitable<Result<CameraContact>> connect_camera(CameraProcess& process, Route route,
                                                     rtsp::Credentials credentials, net::TlsFloor floor,
                                                     rtsp::ClientOptions options, CertificateBook& book);
/// What a failure of connect_camera() means for the choice of the way.
TransportChooser::Outcome outcome_of(const Route& route, const Error& error);

}  // namespace vedette::gateway::ingest
