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
/// So long bytes may wait in the kernel for more to come, which a kill of the recorder loses. A stream that
/// sends evenly reaches its low-water mark before; one that is still between key frames does not.
inline constexpr std::chrono::milliseconds longest_low_water_wait{300};

struct CameraConnection {
    net::TcpStream stream;
    std::uint32_t low_water_mark = 1;       ///< that `stream` was given, in bytes
    std::unique_ptr<Tunnel> tunnel;         ///< set: `stream` is the GET of RTSP through HTTP
    std::function<void()> about_to_read{};  ///< called before bytes go into the session
    net::MediaSockets media;                ///< empty unless media comes in datagrams
};

/// One step of a session over its connection: writes what is to be written, waits until bytes come, the
/// session's deadline is due or `longest_low_water_wait` is over where there is a low-water mark, reads what
/// is there into `buffer` and passes it on. Fails when the connection does. The caller takes the events and
/// the session's datagrams. `buffer` is not used across a wait, so streams of one loop can share it.
/// `max_lots`: of the buffer's size that are read at most; who paces reading sets it.
net::Awaitable<Result<>> exchange(CameraConnection& connection, rtsp::ClientSession& session,
                                  const Clock& clock, std::span<std::byte> buffer,
                                  std::size_t max_lots = SIZE_MAX);

/// Writes the last words of a session that is over (TEARDOWN); worth a try, not a wait.
net::Awaitable<void> say_goodbye(CameraConnection& connection, rtsp::ClientSession& session);

}  // namespace vedette::gateway::camera_process
