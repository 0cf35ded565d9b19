#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/http.hpp"

namespace vedette::net {

/// Wakes coroutines of one event loop. It has no memory: check the condition, then wait, and check again.
class Event {
  public:
    explicit Event(const boost::asio::any_io_executor& executor)
        : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

    /// Until notify(), or until the coroutine is cancelled. May also return without a cause.
    Awaitable<void> wait();
    /// Wakes all that wait. From the loop's thread.
    void notify() { timer_.cancel(); }

  private:
    boost::asio::steady_timer timer_;
};

}  // namespace vedette::net
