#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/time.hpp"
#include "gateway/ingest/transport_choice.hpp"
#include "gateway/ingest/tunnel_pump.hpp"
#include "net/media_sockets.hpp"
#include "net/tcp.hpp"
#include "rtsp/certificate_trust.hpp"
#include "rtsp/client_session.hpp"

namespace vedette::gateway::ingest {

struct CameraConnection;

/// One step of a session over its connection: writes what is to be written, waits until bytes come or the
/// session's deadline is due, reads what is there into `buffer` and passes it on. Fails when the connection
/// does. The caller takes the events. `buffer` is not used across a wait, so streams of one loop can share
/// it. `max_lots`: of the buffer's size that are read at most; a caller that paces reading sets it.
net::Awaitable<Result<>> exchange(CameraConnection& connection, rtsp::ClientSession& session,
                                  const Clock& clock, std::span<std::byte> buffer,
                                  std::size_t max_lots = SIZE_MAX);

/// Writes the last words of a session that is over (TEARDOWN); worth a try, not a wait.
net::Awaitable<void> say_goodbye(CameraConnection& connection, rtsp::ClientSession& session);

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

struct CameraConnection {
    net::TcpStream stream;
    std::unique_ptr<Tunnel> tunnel;                     ///< set: `stream` is the GET of RTSP through HTTP
    net::MediaSockets media;                            ///< empty unless media comes in datagrams
    std::vector<std::uint16_t> client_ports;            ///< of `media`
    std::optional<rtsp::CertificateTrust> certificate;  ///< as the camera shows it now; unset without TLS
    std::string protocol;                               ///< "TLSv1.3"; empty without TLS
    /// Set: who answered is not to be trusted, in words. The connection is closed, and nothing was said.
    std::optional<std::string> objection;
    std::optional<rtsp::CertificateTrust> expected;  ///< with an objection: what was remembered, if anything
};

/// What a session may do over this connection.
rtsp::ClientOptions client_options(const CameraConnection& connection, const Route& route,
                                   bool allow_basic_in_clear);

/// The session has told where datagrams come from.
Result<> follow(CameraConnection& connection, const rtsp::MediaAddress& address);

/// Connects to the route's host, with TLS where its URL says so, opens the ports for datagrams and
/// establishes the tunnel; failures are sentences for whoever set up the camera. A certificate that is seen
/// for the first time goes into `book`, which outlives the call. `credentials` are for a web server that is
/// tunnelled through. Of `access`, which outlives the call, only what is allowed counts.
net::Awaitable<Result<CameraConnection>> connect_camera(Route route, rtsp::Credentials credentials,
                                                        const CameraAccess& access, CertificateBook& book);
/// What a failure of connect_camera() means for the choice of the way.
TransportChooser::Outcome outcome_of(const Route& route, const Error& error);

}  // namespace vedette::gateway::ingest
