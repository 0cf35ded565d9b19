#pragma once
// Within the camera process: carries the two connections of RTSP through HTTP.

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "net/tcp.hpp"
#include "rtsp/http_tunnel.hpp"

namespace vedette::gateway::camera_process {

/// A camera that takes longer to take what we send is given up.
inline constexpr std::chrono::seconds write_limit{5};

inline constexpr std::chrono::seconds handshake_limit{10};  ///< small processors take seconds for RSA

/// To where further connections go.
struct TunnelWay {
    rtsp::Url url;  ///< as RTSP speaks it
    net::TlsFloor floor = net::TlsFloor::modern;
    bool sign_in = false;     ///< a web server's question for a password is answered
    std::string fingerprint;  ///< of the key that was judged; each connection must show the same
    /// Another connection to the same host and port, without TLS as yet.
    std::function<net::Awaitable<Result<net::TcpStream>>()> dial;
};

/// What a tunnelled connection has beside the GET, which is the connection's own stream.
struct Tunnel {
    rtsp::HttpTunnel protocol;
    TunnelWay way;
    net::TcpStream post;
    unsigned looks = 0;  ///< at a POST that is closed while an answer is awaited
};

/// Establishes the tunnel over `stream`, whose peer has been judged; a web server that wants a password
/// closes it or not, and another takes its place. Error `unsupported`: this is not the way to the camera.
net::Awaitable<Result<std::unique_ptr<Tunnel>>> open_tunnel(net::TcpStream& stream, TunnelWay way,
                                                            rtsp::Credentials credentials,
                                                            rtsp::BasicUse basic);

/// Sends over the POST, through another one where the camera has closed it.
net::Awaitable<Result<>> write_through(Tunnel& tunnel, std::string output);

/// Looks at the POST while an answer over the GET is awaited: was it refused, it is sent again at once; was
/// it closed, after a while, since the answer may be on its way.
net::Awaitable<Result<>> look_after_post(Tunnel& tunnel);

/// How often look_after_post() is to be called until something is heard.
inline constexpr std::chrono::milliseconds post_look_period{100};
inline constexpr unsigned looks_before_repeating = 20;

}  // namespace vedette::gateway::camera_process
