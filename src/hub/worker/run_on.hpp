#pragma once
// Blocking work beside the event loop, as a coroutine sees it.

#include <functional>
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

namespace vedette::hub {

/// Calls `start` with a function that takes the value, once, on any thread; comes back with it to the
/// executor of the caller, whose loop does not end meanwhile.
template <class Value, class Start>
boost::asio::awaitable<Value> await_value(Start start) {
    namespace asio = boost::asio;
    auto initiate = [](auto handler, Start begin) {
        auto home = asio::prefer(asio::get_associated_executor(handler),
                                 asio::execution::outstanding_work_t::tracked);
        begin(std::move_only_function<void(Value)>(
            [handler = std::move(handler), home = std::move(home)](Value value) mutable {
                asio::post(home, [handler = std::move(handler), value = std::move(value)]() mutable {
                    std::move(handler)(std::move(value));
                });
            }));
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Value)>(
        std::move(initiate), asio::use_awaitable, std::move(start));
}

/// Runs `work` on a thread of `pool` and comes back with its value to the executor of the caller. `work` must
/// own what it uses or be sure that it lives: when the caller is cancelled it still runs to its end.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> run_on(boost::asio::thread_pool& pool, Work work) {
    using Value = std::invoke_result_t<Work&>;
    auto start = [on = &pool, todo = std::move(work)](std::move_only_function<void(Value)> done) mutable {
        boost::asio::post(*on, [todo = std::move(todo), done = std::move(done)]() mutable { done(todo()); });
    };
    co_return co_await await_value<Value>(std::move(start));
}

}  // namespace vedette::hub
