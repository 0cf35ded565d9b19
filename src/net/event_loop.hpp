#pragma once

#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "net/http.hpp"

namespace vedette::net {

/// One io_context with exactly one thread: what runs on one loop needs no lock among itself. More cores are
/// used by more loops, never by more threads in one.
class EventLoop {
  public:
    /// `name` is shown by debuggers and `top`; at most 15 bytes of it.
    explicit EventLoop(std::string name);
    /// Stops and joins. What was still waiting is destroyed without being resumed; stop it through its
    /// TaskGroup before. Not from the loop's own thread.
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    boost::asio::any_io_executor executor();

    /// Starts the loop's thread. Once, and not together with run_until().
    void start();
    /// Runs the loop on the calling thread until `task` ends. Exceptions of `task` come out here.
    void run_until(Awaitable<void> task);
    /// Runs `task` on the started loop and blocks the calling thread, another one, until it ends.
    void run_on_thread(Awaitable<void> task);
    /// Any thread. The loop ends after what it is doing now.
    void stop();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace vedette::net
