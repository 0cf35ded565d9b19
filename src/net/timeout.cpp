#include "net/timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/task_group.hpp"

namespace vedette::net {

namespace asio = boost::asio;

namespace {
// Shared with the timer's handler, which may be queued already when the operation ends.
struct Limit {
    CancelScope scope;
    bool expired = false;
    bool ended = false;
};
}  // namespace

Awaitable<bool> limit_time(std::chrono::nanoseconds limit, Awaitable<void> operation) {
    const auto executor = co_await asio::this_coro::executor;
    const auto state = std::make_shared<Limit>();
    asio::steady_timer timer(executor, limit);
    timer.async_wait([state](const boost::system::error_code& error) {
        if (error || state->ended) return;
        state->expired = true;
        state->scope.cancel();
    });
    const auto failure = co_await state->scope.run(std::move(operation));
    state->ended = true;
    if (state->expired) co_return false;
    if (failure) std::rethrow_exception(failure);
    co_return true;
}

Awaitable<void> sleep_for(std::chrono::nanoseconds duration) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, duration);
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace vedette::net
