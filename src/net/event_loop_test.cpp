#include "net/event_loop.hpp"

#include <atomic>
#include <future>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "net/task_group.hpp"
#include "net/tcp.hpp"
#include "net/timeout.hpp"
#include "net/worker_pool.hpp"

namespace vedette::net {
namespace {

using namespace std::chrono_literals;

Awaitable<void> sleep_and_mark(std::chrono::milliseconds duration, bool& mark) {
    co_await sleep_for(duration);
    mark = true;
}

Awaitable<Result<int>> answer_after(std::chrono::milliseconds duration) {
    co_await sleep_for(duration);
    co_return 42;
}

Awaitable<void> expect_results_and_timeouts() {
    auto quick = answer_after(1ms);
    const auto value = co_await with_timeout<int>(5s, "too late", std::move(quick));
    EXPECT_EQ(value, Result<int>(42));
    auto slow = answer_after(10s);
    const auto late = co_await with_timeout<int>(5ms, "too late", std::move(slow));
    EXPECT_FALSE(late.has_value());
    if (!late) EXPECT_EQ(late.error(), (Error{ErrorKind::timeout, "too late"}));
}

TEST(Timeout, GivesTheResultOrCancels) {
    EventLoop loop("test");
    loop.run_until(expect_results_and_timeouts());
}

Awaitable<void> nested_timeout(bool& inner_finished) {
    auto inner = sleep_and_mark(10s, inner_finished);
    co_await limit_time(20s, std::move(inner));
}

Awaitable<void> expect_outer_limit_reaches_inner(bool& inner_finished) {
    const auto before = std::chrono::steady_clock::now();
    auto nested = nested_timeout(inner_finished);
    const bool ended = co_await limit_time(5ms, std::move(nested));
    EXPECT_FALSE(ended);
    EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
}

TEST(Timeout, CancelsThroughAnotherTimeout) {
    EventLoop loop("test");
    bool inner_finished = false;
    loop.run_until(expect_outer_limit_reaches_inner(inner_finished));
    EXPECT_FALSE(inner_finished);
}

Awaitable<void> throw_soon() {
    co_await sleep_for(1ms);
    throw std::runtime_error("a bug");
}

Awaitable<void> expect_group_to_stop(boost::asio::any_io_executor executor, bool& quick, bool& slow) {
    TaskGroup group(executor, "test");
    group.spawn(sleep_and_mark(5ms, quick));
    group.spawn(sleep_and_mark(10s, slow));
    group.spawn(throw_soon());
    EXPECT_EQ(group.size(), 3U);
    co_await group.stop(50ms);
    EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, WaitsThenCancels) {
    EventLoop loop("test");
    bool quick = false;
    bool slow = false;
    loop.run_until(expect_group_to_stop(loop.executor(), quick, slow));
    EXPECT_TRUE(quick);
    EXPECT_FALSE(slow);
}

TEST(EventLoop, RunsATaskFromAnotherThread) {
    EventLoop loop("test");
    loop.start();
    bool done = false;
    loop.run_on_thread(sleep_and_mark(1ms, done));
    EXPECT_TRUE(done);
}

Awaitable<void> connect_and_keep(std::string host, std::uint16_t port, std::chrono::milliseconds limit,
                                 Result<TcpStream>& result) {
    result = co_await connect_tcp(host, port, limit);
}

Error connect_error(const std::string& host, std::uint16_t port) {
    EventLoop loop("test");
    Result<TcpStream> result;
    loop.run_until(connect_and_keep(host, port, 2s, result));
    return result ? Error{ErrorKind::internal, "connected"} : result.error();
}

TEST(ConnectTcp, SaysWhatWentWrong) {
    EXPECT_EQ(
        connect_error("127.0.0.1", 1),
        (Error{ErrorKind::unavailable, "127.0.0.1:1 refused the connection: nothing listens on that port"}));
    EXPECT_EQ(
        connect_error("::1", 1),
        (Error{ErrorKind::unavailable, "[::1]:1 refused the connection: nothing listens on that port"}));
    const Error unknown = connect_error("no-such-host.invalid", 554);
    EXPECT_TRUE(unknown.message.find("no-such-host.invalid") != std::string::npos) << unknown.message;
}

struct Work {
    std::promise<void> started;
    std::promise<void> may_end;
    std::atomic<bool> done = false;
};

Awaitable<void> work_on(WorkerPool& pool, Work& work) {
    auto working = run_blocking(pool, [&work] {
        work.started.set_value();
        work.may_end.get_future().wait();
        return work.done = true;
    });
    co_await std::move(working);
}

Awaitable<void> cancel_while_it_works(EventLoop& loop, Work& work) {
    WorkerPool pool(2);
    TaskGroup tasks(loop.executor(), "test");
    tasks.spawn(work_on(pool, work));
    work.started.get_future().wait();
    tasks.cancel();
    // Whatever the cancellation has to do on the pool's other thread is done when this is.
    std::promise<void> passed;
    boost::asio::post(pool, [&passed] { passed.set_value(); });
    passed.get_future().wait();
    work.may_end.set_value();
    co_await tasks.wait();
    pool.join();
}

// What refers to the caller's things is done by the time that the caller ends; and the program lives on.
TEST(WorkerPool, ACancelledCallerWaitsForItsWork) {
    EventLoop loop("test");
    Work work;
    loop.run_until(cancel_while_it_works(loop, work));
    EXPECT_TRUE(work.done);
}

}  // namespace
}  // namespace vedette::net
