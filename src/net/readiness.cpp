#include "net/readiness.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vedette::net {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;

struct Readiness::State {
    State(const asio::any_io_executor& executor, int fd) : descriptor(executor, fd) {}
    ~State() { descriptor.release(); }
    stream_descriptor descriptor;
};

Readiness::Readiness(const asio::any_io_executor& executor, int fd)
    : state_(std::make_unique<State>(executor, fd)) {}
Readiness::~Readiness() = default;
Readiness::Readiness(Readiness&&) noexcept = default;

Awaitable<bool> Readiness::wait_readable() {
    const auto [error] = co_await state_->descriptor.async_wait(stream_descriptor::wait_read,
                                                                asio::as_tuple(asio::use_awaitable));
    co_return !error;
}

Awaitable<bool> Readiness::wait_writable() {
    const auto [error] = co_await state_->descriptor.async_wait(stream_descriptor::wait_write,
                                                                asio::as_tuple(asio::use_awaitable));
    co_return !error;
}

Awaitable<void> yield() {
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
}

}  // namespace vedette::net
