#include "net/websocket.hpp"

#include <boost/asio/this_coro.hpp>

#include "base/log.hpp"
#include "net/event.hpp"
#include "net/task_group.hpp"
#include "net/timeout.hpp"
#include "net/websocket_protocol.hpp"

namespace vedette::net {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t write_batch_bytes = 256 * 1024;

// Shared by the coroutines that read, write and watch one WebSocket, and by the handle given to the handler.
struct Session {
    Session(const boost::asio::any_io_executor& executor, std::shared_ptr<ByteChannel> c, const HttpLimits& l)
        : channel(std::move(c)),
          limits(l),
          protocol(l.websocket_message_bytes),
          arrived(executor),
          taken(executor),
          queued(executor),
          changed(executor) {}

    bool has_room() const { return protocol.received_bytes() < limits.websocket_message_bytes; }
    void output_added() {
        if (protocol.queued_bytes() + writing_bytes > limits.websocket_queue_bytes) {
            log::info("WebSocket: the reader is {} bytes behind; disconnecting it", protocol.queued_bytes());
            lost = true;
            channel->abort();
        }
        queued.notify();
    }
    void end_reading() {
        reading = false;
        arrived.notify();
        changed.notify();
    }

    std::shared_ptr<ByteChannel> channel;
    HttpLimits limits;
    WebSocketProtocol protocol;
    Event arrived;  // a message, or the end of reading
    Event taken;    // room for more messages
    Event queued;   // output
    Event changed;  // reading or writing ended, or output was written
    steady_clock::time_point last_heard = steady_clock::now();
    std::size_t writing_bytes = 0;
    bool reading = true;
    bool lost = false;
};

class SessionSocket final : public WebSocket {
  public:
    explicit SessionSocket(std::shared_ptr<Session> session) : session_(std::move(session)) {}

    Awaitable<Result<WebSocketMessage>> receive() override {
        const auto session = session_;
        while (true) {
            if (auto message = session->protocol.next_message()) {
                session->taken.notify();
                co_return std::move(*message);
            }
            if (session->protocol.close_received())
                co_return fail(ErrorKind::cancelled, "The peer closed the WebSocket");
            if (session->lost || !session->reading)
                co_return fail(ErrorKind::unavailable, "The WebSocket broke before it was closed");
            co_await session->arrived.wait();
        }
    }
    void send_text(std::string text) override {
        if (session_->protocol.queue_text(std::move(text))) session_->output_added();
    }
    void send_binary(std::vector<SharedBytes> pieces) override {
        if (session_->protocol.queue_binary(std::move(pieces))) session_->output_added();
    }
    std::size_t queued_bytes() const override {
        return session_->protocol.queued_bytes() + session_->writing_bytes;
    }
    void close(std::uint16_t code, std::string reason) override {
        if (session_->protocol.queue_close(code, reason)) session_->output_added();
    }

  private:
    std::shared_ptr<Session> session_;
};

Awaitable<void> read_frames(std::shared_ptr<Session> session) {
    while (session->reading) {
        while (!session->has_room()) co_await session->taken.wait();
        const bool alive = co_await session->channel->wait_input();
        if (!alive) {
            session->lost = true;
            break;
        }
        session->last_heard = steady_clock::now();
        const ByteView input = session->channel->input();
        const bool more = session->protocol.feed(input);
        session->channel->consume(input.size());
        session->output_added();
        session->arrived.notify();
        if (!more) break;
    }
    session->end_reading();
}

Awaitable<void> write_frames(std::shared_ptr<Session> session) {
    while (!session->lost) {
        const auto pieces = session->protocol.take_output(write_batch_bytes);
        if (pieces.empty()) {
            co_await session->queued.wait();
            continue;
        }
        std::vector<ByteView> views;
        views.reserve(pieces.size());
        session->writing_bytes = 0;
        for (const auto& piece : pieces) {
            views.push_back(view_of(piece));
            session->writing_bytes += views.back().size();
        }
        const bool alive = co_await session->channel->write(std::move(views));
        session->writing_bytes = 0;
        if (!alive) session->lost = true;
        session->changed.notify();
    }
    session->end_reading();
}

Awaitable<void> keep_alive(std::shared_ptr<Session> session) {
    bool asked = false;
    while (session->reading) {
        co_await sleep_for(session->limits.websocket_ping / 4);
        if (!session->has_room()) session->last_heard = steady_clock::now();  // we are the slow side
        const auto silence = steady_clock::now() - session->last_heard;
        if (silence < session->limits.websocket_ping) {
            asked = false;
        } else if (silence >= session->limits.websocket_idle) {
            session->lost = true;
            session->channel->abort();
        } else if (!asked) {
            asked = true;
            if (session->protocol.queue_ping()) session->output_added();
        }
    }
}

// The handler normally sees the end of its socket in receive(); one that does not look there is cancelled.
Awaitable<void> end_deaf_handler(std::shared_ptr<Session> session, std::shared_ptr<CancelScope> scope) {
    while (session->reading) co_await session->changed.wait();
    co_await sleep_for(session->limits.close);
    scope->cancel();
}

Awaitable<void> finish_closing(std::shared_ptr<Session> session) {
    if (session->protocol.queue_close(1000, "")) session->output_added();
    while (!session->lost) {
        const bool written = session->protocol.queued_bytes() + session->writing_bytes == 0;
        if (written && !session->reading) co_return;
        // A peer may still send before its close frame: make room for it.
        while (session->protocol.next_message()) session->taken.notify();
        co_await session->changed.wait();
    }
}

}  // namespace

Awaitable<void> serve_websocket(std::shared_ptr<ByteChannel> channel, WebSocketHandler handler,
                                HttpLimits limits) {
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto session = std::make_shared<Session>(executor, std::move(channel), limits);
    const auto scope = std::make_shared<CancelScope>();
    TaskGroup tasks(executor, "WebSocket");
    tasks.spawn(read_frames(session));
    tasks.spawn(write_frames(session));
    tasks.spawn(keep_alive(session));
    tasks.spawn(end_deaf_handler(session, scope));
    std::unique_ptr<WebSocket> socket = std::make_unique<SessionSocket>(session);
    Awaitable<void> handling = handler(std::move(socket));
    const auto failure = co_await scope->run(std::move(handling));
    if (failure && !is_cancellation(failure)) {
        session->protocol.queue_close(1011, "internal error");
        session->output_added();
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            log::error("WebSocket: the handler ended with an exception: {}", error.what());
        }
    }
    Awaitable<void> closing = finish_closing(session);
    co_await limit_time(limits.close, std::move(closing));
    session->lost = true;
    co_await tasks.stop();
}

}  // namespace vedette::net
