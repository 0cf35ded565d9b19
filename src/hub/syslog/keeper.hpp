#pragma once
// The store on a thread of its own, since it blocks.

#include <functional>
#include <memory>

#include <boost/asio/thread_pool.hpp>

#include "hub/syslog/store.hpp"
#include "hub/worker/run_on.hpp"

namespace vedette::hub::syslog {

/// Held by what waits for it; goes on the thread of the event loop, once its own has ended.
class Keeper {
  public:
    explicit Keeper(Store store) : store_(std::move(store)) {}
    ~Keeper() { thread_.join(); }
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    /// One after the other, in the order of the calls.
    boost::asio::awaitable<Result<>> run(std::function<Result<>(Store&)> what) {
        auto work = [this, todo = std::move(what)] { return todo(store_); };
        co_return co_await run_on(thread_, std::move(work));
    }

  private:
    Store store_;
    boost::asio::thread_pool thread_{1};
};

}  // namespace vedette::hub::syslog
