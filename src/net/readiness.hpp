#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "net/http.hpp"

namespace vedette::net {

/// Waits on a descriptor that somebody else owns and reads: an eventfd, a socket of another kind. Use from
/// one event loop's thread; destroy it before the descriptor is closed.
class Readiness {
  public:
    Readiness(const boost::asio::any_io_executor& executor, int fd);
    ~Readiness();
    Readiness(Readiness&&) noexcept;
    Readiness& operator=(Readiness&&) = delete;

    /// False when the waiting was cancelled.
    Awaitable<bool> wait_readable();
    Awaitable<bool> wait_writable();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Lets others of the loop go first.
Awaitable<void> yield();

}  // namespace vedette::net
