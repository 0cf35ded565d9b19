#pragma once
// The main process's end of the camera process: starts it, starts it again, and believes nothing of it.

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "base/time.hpp"
#include "gateway/camera_process/camera_session.hpp"
#include "gateway/camera_process/channel.hpp"
#include "gateway/camera_process/ring.hpp"
#include "net/event.hpp"
#include "net/http.hpp"
#include "net/task_group.hpp"
#include "net/tcp.hpp"

namespace vedette::gateway::camera_process {

/// Answers of devices that are being read; others wait.
inline constexpr std::size_t max_questions = 32;

/// Lives on one loop; all sessions end before it does.
class CameraProcess {
  public:
    /// Starts the process from this program's own file. Blocking; before the loop runs. Not yet sandboxed
    /// when this returns: see wait_ready().
    static Result<std::unique_ptr<CameraProcess>> start(boost::asio::any_io_executor executor,
                                                        const Clock& clock);
    ~CameraProcess();

    /// Blocks until the sandbox is closed. An error means that it can't be: nothing may be recorded.
    Result<> wait_ready();
    /// Begins to listen, and to start the process again when it ends. From the loop.
    void run();
    net::Awaitable<void> stop();

    /// Gives a connection to the process, which speaks with the camera from now on. `media`: the sockets of
    /// options.client_ports. `internal` while the process is not there.
    Result<std::unique_ptr<CameraSession>> open(Open open, net::TcpStream connection,
                                                net::MediaSockets media);

    /// Has the process read what a device has sent as its answer to `question`. Errors: a fault, and what
    /// onvif::read_reply() says; `internal` when the process ended meanwhile, or is not there.
    net::Awaitable<Result<onvif::Reply>> read(onvif::Question question, std::string text);

    const boost::asio::any_io_executor& executor() const { return executor_; }

  private:
    friend class CameraSession;
    struct Child;
    class Reading;
    CameraProcess(boost::asio::any_io_executor executor, const Clock& clock);
    void send(Command command, std::span<const int> files = {});
    void forget(SessionId id, bool over);
    void dial(SessionId id, std::string host, std::uint16_t port);
    net::Awaitable<void> connect(SessionId id, std::string host, std::uint16_t port);

    Result<> launch();
    net::Awaitable<void> supervise();
    net::Awaitable<std::string> serve();
    net::Awaitable<void> listen(Child& child);
    net::Awaitable<void> watch(Child& child);
    net::Awaitable<void> write_queued(Child& child);
    net::Awaitable<void> ask_for_life(Child& child);
    Result<> drain(Child& child, std::size_t& taken);
    Result<> take(Child& child, ByteView message);
    void tell_sandbox(const Child& child) const;
    Result<> take_own(Child& child, const Report& report);
    void end_sessions(const std::string& why, SessionId suspect);
    void end_readings(const std::string& why, SessionId suspect);
    net::Awaitable<std::string> reap(Child& child);

    boost::asio::any_io_executor executor_;
    const Clock& clock_;
    std::unique_ptr<Child> child_;
    std::unordered_map<SessionId, CameraSession*> sessions_;
    std::unordered_map<SessionId, Reading*> readings_;
    net::Event reading_ended_;
    SessionId next_session_ = 1;
    Bytes scratch_;
    bool running_ = false;
    net::TaskGroup tasks_;
    net::TaskGroup work_;  ///< of the process that lives now
};

}  // namespace vedette::gateway::camera_process
