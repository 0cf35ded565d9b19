#pragma once
// Within the camera process: one session with a camera.

#include <deque>
#include <functional>
#include <memory>
#include <span>

#include "base/time.hpp"
#include "gateway/camera_process/messages.hpp"
#include "gateway/camera_process/reporter.hpp"
#include "gateway/camera_process/session_pump.hpp"
#include "gateway/camera_process/signature_check.hpp"
#include "net/event.hpp"
#include "net/task_group.hpp"

namespace vedette::gateway::camera_process {

struct WorkerContext {
    boost::asio::any_io_executor executor;
    const Clock& clock;
    Reporter& reporter;
    std::span<std::byte> buffer;  ///< one for the loop
};

/// Lives on the camera process's loop.
class WorkerSession : public std::enable_shared_from_this<WorkerSession> {
  public:
    /// `files`: the connection, and pairs of datagram sockets. `ended` is called when the session has said
    /// its last word.
    static Result<std::shared_ptr<WorkerSession>> make(WorkerContext context, Open open,
                                                       std::vector<File> files, std::function<void()> ended);

    void start();
    void go_on();
    void joined(std::vector<File> files);
    void dialled(std::optional<Error> error, std::vector<File> files);
    void tune(const Tune& tune);
    /// Of a back-channel.
    void say(std::span<const std::int16_t> samples);
    /// Nothing is reported any more.
    void stop();

  private:
    WorkerSession(WorkerContext context, Open open, CameraConnection connection, std::function<void()> ended);
    static net::Awaitable<void> run(std::shared_ptr<WorkerSession> self);
    net::Awaitable<Result<>> connect();
    net::Awaitable<Result<>> shake_hands();
    net::Awaitable<Result<>> open_tunnel();
    net::Awaitable<Result<net::TcpStream>> dial();
    net::Awaitable<void> converse();
    net::Awaitable<bool> drain(rtsp::ClientSession& session);
    net::Awaitable<void> follow(rtsp::MediaAddress address);
    void report_rest(rtsp::ClientSession& session);
    void speak(rtsp::ClientSession& session);

    WorkerContext context_;
    Open open_;
    CameraConnection connection_;
    std::function<void()> ended_;
    net::TaskGroup tasks_;
    net::Event woken_;
    std::string fingerprint_;  ///< of who answered the TLS handshake
    std::optional<Result<net::TcpStream>> dialled_;
    bool trusted_ = false;
    bool group_joined_ = false;
    bool watched_ = false;
    SignatureCheck signatures_;
    Counters counters_;              ///< as last reported
    std::deque<std::int16_t> said_;  ///< that has not been sent to the camera
};

}  // namespace vedette::gateway::camera_process
