#pragma once

#include <span>

#include "base/time.hpp"
#include "net/tcp.hpp"
#include "rtsp/client_session.hpp"

namespace vedette::gateway::ingest {

/// One step of a session over its connection: writes what is to be written, waits until bytes come or the
/// session's deadline is due, reads what is there into `buffer` and passes it on. Fails when the connection
/// does. The caller takes the events. `buffer` is not used across a wait, so streams of one loop can share
/// it.
net::Awaitable<Result<>> exchange(net::TcpStream& stream, rtsp::ClientSession& session, const Clock& clock,
                                  std::span<std::byte> buffer);

/// Writes the last words of a session that is over (TEARDOWN); worth a try, not a wait.
net::Awaitable<void> say_goodbye(net::TcpStream& stream, rtsp::ClientSession& session);

/// Connects to the URL's host; failures are sentences for whoever set up the camera.
net::Awaitable<Result<net::TcpStream>> connect_camera(rtsp::Url url);

}  // namespace vedette::gateway::ingest
