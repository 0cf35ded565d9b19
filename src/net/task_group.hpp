#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "net/http.hpp"

namespace vedette::net {

/// Owns coroutines that run beside their maker. Nothing is spawned outside a group, so that every task can be
/// cancelled and waited for. Use from the executor's thread.
class TaskGroup {
  public:
    /// `name` begins the log line about a task that ended with an exception.
    TaskGroup(boost::asio::any_io_executor executor, std::string name);
    /// Cancels what still runs, without waiting. A task must therefore own, or share, what it touches, unless
    /// stop() was awaited before.
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    /// Starts `task`. Being cancelled is a normal end; any other exception is logged as a bug.
    void spawn(Awaitable<void> task);
    /// Cancels all tasks: their pending operation fails, and so does each later co_await.
    void cancel();
    /// Until no task runs.
    Awaitable<void> wait();
    /// Waits `grace` for the tasks to end by themselves, then cancels them and waits for their end. The
    /// caller should not be cancelled meanwhile.
    Awaitable<void> stop(std::chrono::nanoseconds grace = std::chrono::nanoseconds::zero());
    /// Tasks that run.
    std::size_t size() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

/// Runs one operation so that it can be cancelled apart from its caller; cancelling the caller cancels it
/// too.
class CancelScope {
  public:
    CancelScope();
    ~CancelScope();
    CancelScope(const CancelScope&) = delete;
    CancelScope& operator=(const CancelScope&) = delete;

    /// The exception with which `operation` ended, or null. At most one at a time.
    Awaitable<std::exception_ptr> run(Awaitable<void> operation);
    /// Cancels what run() runs now, if anything, and everything that it is asked to run later.
    void cancel();
    bool cancelled() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

/// True for the exception with which asio ends a cancelled coroutine.
bool is_cancellation(const std::exception_ptr& exception);

}  // namespace vedette::net
