#pragma once
// Carries the two connections of RTSP through HTTP.

#include <memory>

#include "gateway/ingest/dial.hpp"
#include "rtsp/http_tunnel.hpp"

namespace vedette::gateway::ingest {

/// What a tunnelled connection has beside the GET, which is the connection's own stream.
struct Tunnel {
    rtsp::HttpTunnel protocol;
    Route route;
    net::TlsFloor floor = net::TlsFloor::modern;
    std::optional<rtsp::CertificateTrust> certificate;  ///< of the GET: each POST must show the same key
    net::TcpStream post;
};

/// Establishes the tunnel over `stream`, whose peer has been judged; a web server that wants a password
/// closes it or not, and another takes its place. Error `unsupported`: this is not the way to the camera.
net::Awaitable<Result<std::unique_ptr<Tunnel>>> open_tunnel(net::TcpStream& stream, Route route,
                                                            net::TlsFloor floor,
                                                            std::optional<rtsp::CertificateTrust> certificate,
                                                            rtsp::Credentials credentials,
                                                            rtsp::BasicUse basic);

/// Sends over the POST, through another one where the camera has closed it.
net::Awaitable<Result<>> write_through(Tunnel& tunnel, std::string output);

/// Looks for an answer to the POST while nothing has come over the GET, without waiting for one.
net::Awaitable<Result<>> look_after_post(Tunnel& tunnel);

/// How often look_after_post() is to be called until something is heard.
inline constexpr std::chrono::milliseconds post_look_period{100};

}  // namespace vedette::gateway::ingest
