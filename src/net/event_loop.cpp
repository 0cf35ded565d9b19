#include "net/event_loop.hpp"

#include <exception>
#include <future>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <pthread.h>

namespace vedette::net {

struct EventLoop::State {
    std::string name;
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
    std::thread thread;
};

EventLoop::EventLoop(std::string name) : state_(std::make_unique<State>()) {
    state_->name = name.substr(0, 15);
}

EventLoop::~EventLoop() {
    stop();
    if (state_->thread.joinable()) state_->thread.join();
}

boost::asio::any_io_executor EventLoop::executor() {
    return state_->context.get_executor();
}

void EventLoop::start() {
    state_->thread = std::thread([state = state_.get()] {
        pthread_setname_np(pthread_self(), state->name.c_str());
        state->context.run();
    });
}

void EventLoop::run_until(Awaitable<void> task) {
    std::exception_ptr failure;
    boost::asio::co_spawn(state_->context, std::move(task), [&](std::exception_ptr e) {
        failure = e;
        state_->context.stop();
    });
    state_->context.run();
    state_->context.restart();
    if (failure) std::rethrow_exception(failure);
}

void EventLoop::run_on_thread(Awaitable<void> task) {
    std::promise<void> done;
    boost::asio::co_spawn(state_->context, std::move(task), [&done](std::exception_ptr e) {
        if (e)
            done.set_exception(e);
        else
            done.set_value();
    });
    done.get_future().get();
}

void EventLoop::stop() {
    state_->context.stop();
}

}  // namespace vedette::net
