#pragma once
// The main process's end of one session in the camera process.

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/time.hpp"
#include "gateway/camera_process/messages.hpp"
#include "gateway/camera_process/session_monitor.hpp"
#include "net/event.hpp"
#include "net/media_sockets.hpp"
#include "rtsp/certificate_trust.hpp"

namespace vedette::gateway::camera_process {

class CameraProcess;

inline constexpr std::chrono::seconds connect_limit{5};
/// Connections that a tunnel may ask for, beside its first one, in ten seconds.
inline constexpr std::size_t max_dials = 8;

/// Lives on the process's loop, and not longer than it. Destroying it ends the session.
class CameraSession {
  public:
    ~CameraSession();
    CameraSession(const CameraSession&) = delete;
    CameraSession& operator=(const CameraSession&) = delete;

    /// Of a secure URL, first: who answered. Errors as TcpStream::start_tls(), and `internal` when the
    /// process ended. The session goes on only after go_on().
    net::Awaitable<Result<Shown>> handshake();
    void go_on();
    /// Through HTTP: until the tunnel is there. Errors as rtsp::HttpTunnel, and `internal`.
    net::Awaitable<Result<>> established();

    /// The next event in order; nullopt when there is none now. A Closed or Redirected is the last.
    std::optional<rtsp::ClientEvent> next_event();
    /// Until there is an event.
    net::Awaitable<void> wait();

    /// Opens what a MediaAddress asks for.
    Result<> follow(const rtsp::MediaAddress& address);
    /// While nobody watches, the connection is read when `low_water_mark` bytes are there, and media may be
    /// reported in lots.
    void tune(std::uint32_t low_water_mark, bool watched);
    /// With options.back_channel, after Playing: linear sound at 8 kHz that follows the last.
    void say(std::span<const std::int16_t> samples);
    /// Media comes in datagrams: a low-water mark changes nothing.
    bool has_datagrams() const { return media_.pairs() > 0; }
    const Counters& counters() const { return counters_; }

  private:
    friend class CameraProcess;
    CameraSession(CameraProcess& process, SessionId id, const Open& open, net::MediaSockets media,
                  std::string local, std::string peer);
    /// From the ring.
    Result<> take(Report report, MonotonicTime now);
    Result<> take(const MediaHead& head, ByteView data);
    void process_ended(const Error& error);
    void dial_again(MonotonicTime now);

    CameraProcess& process_;
    SessionId id_;
    SessionMonitor monitor_;
    net::MediaSockets media_;  ///< for what is sent to the camera; what comes is read by the other process
    std::string local_;
    std::string peer_;
    std::string host_;
    std::uint16_t port_;
    bool dialling_ = false;
    std::deque<MonotonicTime> dialled_;  ///< the last few
    std::deque<rtsp::ClientEvent> events_;
    std::optional<Shown> shown_;
    std::optional<Error> handshake_error_;
    bool established_ = false;
    Counters counters_;
    net::Event woken_;
};

}  // namespace vedette::gateway::camera_process
