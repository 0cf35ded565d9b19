#include "net/shutdown.hpp"

#include <csignal>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vedette::net {

namespace asio = boost::asio;

Awaitable<int> shutdown_signal() {
    const auto executor = co_await asio::this_coro::executor;
    // Leaving the set at return restores the default action of both signals.
    asio::signal_set signals(executor, SIGINT, SIGTERM);
    const int number = co_await signals.async_wait(asio::use_awaitable);
    co_return number;
}

}  // namespace vedette::net
