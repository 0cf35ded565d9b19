#pragma once
// Within the camera process: bytes between a camera's sockets and its session.

#include <chrono>
#include <functional>
#include <span>

#include "base/time.hpp"
#include "gateway/camera_process/tunnel_pump.hpp"
#include "net/media_sockets.hpp"
#include "net/tcp.hpp"
#include "rtsp/client_session.hpp"

namespace vedette::gateway::camera_process {

inline constexpr std::chrono::milliseconds goodbye_limit{500};

struct CameraConnection {
    net::TcpStream stream;
    std::unique_ptr<Tunnel> tunnel;         ///< set: `stream` is the GET of RTSP through HTTP
    std::function<void()> about_to_read{};  ///< called before bytes go into the session
    net::MediaSockets media;                ///< empty unless media comes in datagrams
};

/// One step of a session over its connection: writes what is to be written, waits until bytes come or the
/// session's deadline is due, reads what is there into `buffer` and passes it on. Fails when the connection
/// does. The caller takes the events and the session's datagrams. `buffer` is not used across a wait, so
/// streams of one loop can share it. `max_lots`: of the buffer's size that are read at most; who paces
/// reading sets it.
net::Awaitable<Result<>> exchange(CameraConnection& connection, rtsp::ClientSession& session,
                                  const Clock& clock, std::span<std::byte> buffer,
                                  std::size_t max_lots = SIZE_MAX);

/// Writes the last words of a session that is over (TEARDOWN); worth a try, not a wait.
net::Awaitable<void> say_goodbye(CameraConnection& connection, rtsp::ClientSession& session);

}  // namespace vedette::gateway::camera_process
