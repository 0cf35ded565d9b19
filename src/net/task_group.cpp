#include "net/task_group.hpp"

#include <list>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "base/log.hpp"
#include "net/event.hpp"
#include "net/timeout.hpp"

namespace vedette::net {

namespace asio = boost::asio;

bool is_cancellation(const std::exception_ptr& exception) {
    if (!exception) return false;
    try {
        std::rethrow_exception(exception);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

namespace {
Awaitable<void> capture(Awaitable<void> operation, std::exception_ptr& failure) {
    try {
        co_await std::move(operation);
    } catch (...) {
        failure = std::current_exception();
    }
}
}  // namespace

Awaitable<void> Event::wait() {
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    co_await timer_.async_wait(token);
}

struct TaskGroup::State {
    State(asio::any_io_executor e, std::string n)
        : executor(std::move(e)), name(std::move(n)), ended(executor) {}

    void cancel() {
        // A task may end, and leave the list, while its neighbour is being cancelled.
        for (auto next = signals.begin(); next != signals.end();) {
            auto& signal = *next++;
            signal.emit(asio::cancellation_type::terminal);
        }
    }

    asio::any_io_executor executor;
    std::string name;
    Event ended;
    std::list<asio::cancellation_signal> signals;
};

TaskGroup::TaskGroup(asio::any_io_executor executor, std::string name)
    : state_(std::make_shared<State>(std::move(executor), std::move(name))) {}

TaskGroup::~TaskGroup() {
    state_->cancel();
}

void TaskGroup::spawn(Awaitable<void> task) {
    const auto entry = state_->signals.emplace(state_->signals.end());
    auto finish = [state = state_, entry](std::exception_ptr failure) {
        if (failure && !is_cancellation(failure)) {
            try {
                std::rethrow_exception(failure);
            } catch (const std::exception& error) {
                log::error("{}: a task ended with an exception: {}", state->name, error.what());
            }
        }
        state->signals.erase(entry);
        if (state->signals.empty()) state->ended.notify();
    };
    asio::co_spawn(state_->executor, std::move(task),
                   asio::bind_cancellation_slot(entry->slot(), std::move(finish)));
}

void TaskGroup::cancel() {
    state_->cancel();
}

Awaitable<void> TaskGroup::wait() {
    const auto state = state_;
    while (!state->signals.empty()) co_await state->ended.wait();
}

Awaitable<void> TaskGroup::stop(std::chrono::nanoseconds grace) {
    const auto state = state_;
    if (grace > std::chrono::nanoseconds::zero() && !state->signals.empty()) {
        Awaitable<void> ended = wait();
        co_await limit_time(grace, std::move(ended));
    }
    state->cancel();
    while (!state->signals.empty()) co_await state->ended.wait();
}

std::size_t TaskGroup::size() const {
    return state_->signals.size();
}

struct CancelScope::State {
    asio::cancellation_signal signal;
    bool cancelled = false;
};

CancelScope::CancelScope() : state_(std::make_shared<State>()) {}
CancelScope::~CancelScope() = default;

void CancelScope::cancel() {
    const auto state = state_;  // what is cancelled may destroy this scope
    state->cancelled = true;
    state->signal.emit(asio::cancellation_type::terminal);
}

bool CancelScope::cancelled() const {
    return state_->cancelled;
}

Awaitable<std::exception_ptr> CancelScope::run(Awaitable<void> operation) {
    const auto state = state_;
    const auto executor = co_await asio::this_coro::executor;
    const auto outer = co_await asio::this_coro::cancellation_state;
    if (state->cancelled) {
        co_return std::make_exception_ptr(
            boost::system::system_error(asio::error::operation_aborted, "cancelled before it began"));
    }
    // The operation below uses the scope's own slot, so the caller's is free to forward into it.
    auto outer_slot = outer.slot();
    if (outer_slot.is_connected()) {
        outer_slot.assign([state](asio::cancellation_type type) { state->signal.emit(type); });
    }
    std::exception_ptr failure;
    Awaitable<void> captured = capture(std::move(operation), failure);
    auto token = asio::bind_cancellation_slot(state->signal.slot(), asio::use_awaitable);
    co_await asio::co_spawn(executor, std::move(captured), std::move(token));
    if (outer_slot.is_connected()) outer_slot.clear();
    co_return failure;
}

}  // namespace vedette::net
