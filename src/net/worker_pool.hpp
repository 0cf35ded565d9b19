#pragma once
// Blocking work (disk, SQL, password hashing) off the event loops.

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/http.hpp"

namespace vedette::net {

/// Threads for work that blocks.
using WorkerPool = boost::asio::thread_pool;

namespace detail {
template <class F, class R>
Awaitable<void> call(F work, std::shared_ptr<std::optional<R>> result) {
    result->emplace(work());
    co_return;
}
}  // namespace detail

/// Runs `work` on the pool and resumes the caller on its own executor with the result. Cancelling the caller
/// does not interrupt `work`; what it refers to must live until it ends.
template <class F, class R = std::invoke_result_t<F>>
Awaitable<R> run_blocking(WorkerPool& pool, F work) {
    // Shared, since the caller may be gone (the program ends) while the work still runs.
    auto result = std::make_shared<std::optional<R>>();
    auto calling = detail::call<F, R>(std::move(work), result);
    // An empty slot: a cancellation of the caller must not reach the other thread. There asio would throw it
    // behind the work, where nobody catches, and end the program.
    constexpr auto token = boost::asio::use_awaitable;
    co_await boost::asio::co_spawn(
        pool, std::move(calling),
        boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot(), token));
    co_return std::move(**result);
}

}  // namespace vedette::net
