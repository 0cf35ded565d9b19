#pragma once
// Blocking work beside the event loop.

#include <type_traits>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vedette::hub::identity {

/// Runs `work` on a thread of `pool` and comes back with its value to the executor of the caller. `work` must
/// own what it uses or be sure that it lives: when the caller is cancelled it still runs to its end.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> run_on(boost::asio::thread_pool& pool, Work work) {
    namespace asio = boost::asio;
    using Value = std::invoke_result_t<Work&>;
    auto start = [](auto handler, asio::thread_pool* on, Work todo) {
        // The caller's loop must not end while the work is under way.
        auto home = asio::prefer(asio::get_associated_executor(handler),
                                 asio::execution::outstanding_work_t::tracked);
        asio::post(*on,
                   [handler = std::move(handler), home = std::move(home), todo = std::move(todo)]() mutable {
                       Value value = todo();
                       asio::post(home, [handler = std::move(handler), value = std::move(value)]() mutable {
                           std::move(handler)(std::move(value));
                       });
                   });
    };
    asio::thread_pool* on = &pool;
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Value)>(
        std::move(start), asio::use_awaitable, on, std::move(work));
}

}  // namespace vedette::hub::identity
