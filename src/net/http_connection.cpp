#include "net/http_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <openssl/err.h>
#include <openssl/sslerr.h>

#include "base/log.hpp"
#include "net/event.hpp"
#include "net/http_target.hpp"
#include "net/http_wire.hpp"
#include "net/task_group.hpp"
#include "net/timeout.hpp"
#include "net/websocket.hpp"

namespace vedette::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t input_bytes = 32 * 1024;  // above HttpLimits::header_bytes, so that a header fits whole
constexpr std::size_t write_slice = 256 * 1024;
constexpr std::string_view plain_http_answer =
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 43\r\n\r\n"
    "This port speaks HTTPS: use https:// to it\n";

Method method_of(http::verb verb) {
    switch (verb) {
        case http::verb::get:
            return Method::get;
        case http::verb::head:
            return Method::head;
        case http::verb::post:
            return Method::post;
        case http::verb::put:
            return Method::put;
        case http::verb::patch:
            return Method::patch;
        case http::verb::delete_:
            return Method::del;
        case http::verb::options:
            return Method::options;
        default:
            return Method::other;
    }
}

/// A request that came whole, or the status with which a broken one is answered; neither when the peer left.
struct Incoming {
    std::optional<Request> request;
    unsigned bad_status = 0;
    std::string problem;
    bool keep_alive = false;
    bool http10 = false;
};

Incoming refuse(unsigned status, std::string problem) {
    Incoming incoming;
    incoming.bad_status = status;
    incoming.problem = std::move(problem);
    return incoming;
}

using Parser = http::request_parser<http::string_body>;

Incoming refuse_parse_error(const boost::system::error_code& error) {
    if (error == http::error::header_limit) return refuse(431, "The request's headers are too large");
    if (error == http::error::body_limit) return refuse(413, "The request's body is too large");
    return refuse(400, "The request is not valid HTTP/1.1: " + error.message());
}

Incoming to_incoming(Parser& parser, const std::string& peer_address) {
    Incoming incoming;
    auto& message = parser.get();
    incoming.keep_alive = parser.keep_alive();
    incoming.http10 = message.version() == 10;
    Request request;
    request.method = method_of(message.method());
    request.peer_address = peer_address;
    std::size_t hosts = 0;
    for (const auto& field : message) {
        const auto name = field.name_string();
        const auto value = field.value();
        hosts += field.name() == http::field::host ? 1 : 0;
        request.headers.push_back({std::string(name), std::string(value)});
    }
    if (hosts != 1 && !incoming.http10) return refuse(400, "A request must name one host");
    const auto target = message.target();
    if (auto parsed = parse_target({target.data(), target.size()}, request); !parsed)
        return refuse(400, parsed.error().message);
    request.body = std::move(message.body());
    incoming.request = std::move(request);
    return incoming;
}

class Connection final : public HttpConnection,
                         public ByteChannel,
                         public std::enable_shared_from_this<Connection> {
  public:
    Connection(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls,
               std::shared_ptr<const RequestHandler> handler, const HttpLimits& limits,
               std::string peer_address)
        : tls_(std::move(tls)),
          stream_(std::move(socket), *tls_),
          handler_(std::move(handler)),
          limits_(limits),
          peer_address_(std::move(peer_address)),
          input_(input_bytes),
          arrived_(stream_.get_executor()),
          consumed_(stream_.get_executor()),
          read_deadline_(stream_.get_executor()),
          write_deadline_(stream_.get_executor()) {}

    Awaitable<void> run() override;
    void finish() override;

    Awaitable<bool> wait_input() override;
    ByteView input() const override {
        return std::as_bytes(std::span(input_)).subspan(begin_, end_ - begin_);
    }
    void consume(std::size_t bytes) override;
    Awaitable<bool> write(std::vector<ByteView> pieces) override;
    void abort() override;

  private:
    void arm(asio::steady_timer& timer, std::chrono::milliseconds limit);
    Awaitable<bool> handshake();
    Awaitable<void> pump_input();
    Awaitable<bool> serve_one();
    Awaitable<Incoming> read_request();
    Awaitable<bool> write_text(std::string text);
    Awaitable<bool> write_shared(SharedBytes bytes);
    Awaitable<bool> guarded(Awaitable<void> operation, std::string_view what);
    Awaitable<void> call_handler(Request request, Response& response);
    Awaitable<void> next_piece(BodySource& source, Result<SharedBytes>& piece);
    Awaitable<bool> respond(Incoming incoming, Response response, bool is_head);
    Awaitable<bool> send_stream(BodySource& source, Framing framing);
    Awaitable<bool> refuse_request(Incoming incoming);
    Awaitable<void> upgrade(Request request, Response response);
    Awaitable<void> close_gently();

    std::shared_ptr<asio::ssl::context> tls_;
    asio::ssl::stream<tcp::socket> stream_;
    std::shared_ptr<const RequestHandler> handler_;
    HttpLimits limits_;
    std::string peer_address_;
    std::vector<char> input_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    Event arrived_;
    Event consumed_;
    asio::steady_timer read_deadline_;
    asio::steady_timer write_deadline_;
    CancelScope scope_;  // what works for this client: ends when it goes away
    bool closed_ = false;
    bool idle_ = true;
    bool finishing_ = false;
};

void Connection::arm(asio::steady_timer& timer, std::chrono::milliseconds limit) {
    timer.expires_after(limit);
    timer.async_wait([weak = weak_from_this(), &timer](const boost::system::error_code& error) {
        const auto self = weak.lock();
        // A timer that was armed anew after this handler had been queued has not expired.
        if (error || !self || timer.expiry() > std::chrono::steady_clock::now()) return;
        self->abort();
    });
}

void Connection::abort() {
    boost::system::error_code ignored;
    stream_.next_layer().close(ignored);
    closed_ = true;
    arrived_.notify();
    consumed_.notify();
    scope_.cancel();
}

void Connection::finish() {
    finishing_ = true;
    if (idle_) abort();
}

Awaitable<bool> Connection::wait_input() {
    while (begin_ == end_ && !closed_) co_await arrived_.wait();
    co_return begin_ != end_;
}

void Connection::consume(std::size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
    if (bytes > 0) consumed_.notify();
}

// Reads all the time, also while a request is being handled: so a client that leaves is noticed. What a
// client sends ahead is bounded by the buffer.
Awaitable<void> Connection::pump_input() {
    while (!closed_) {
        if (end_ == input_.size() && begin_ > 0) {
            std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        if (end_ == input_.size()) {
            co_await consumed_.wait();
            continue;
        }
        // The buffer is not moved during the read: consume() only advances begin_, or starts over, below.
        const std::size_t at = end_;
        const auto space = asio::buffer(input_.data() + at, input_.size() - at);
        const auto [error, count] = co_await stream_.async_read_some(space, as_values);
        if (error) break;
        if (end_ != at) {  // all was consumed meanwhile
            std::memmove(input_.data() + end_, input_.data() + at, count);
        }
        end_ += count;
        arrived_.notify();
    }
    closed_ = true;
    arrived_.notify();
    scope_.cancel();
}

Awaitable<bool> Connection::write(std::vector<ByteView> pieces) {
    std::vector<asio::const_buffer> buffers;
    buffers.reserve(pieces.size());
    for (const ByteView piece : pieces) buffers.emplace_back(piece.data(), piece.size());
    arm(write_deadline_, limits_.write);
    const auto [error, count] = co_await asio::async_write(stream_, buffers, as_values);
    static_cast<void>(count);
    write_deadline_.cancel();
    co_return !error;
}

Awaitable<bool> Connection::write_text(std::string text) {
    std::vector<ByteView> pieces{as_bytes(text)};
    co_return co_await write(std::move(pieces));
}

Awaitable<bool> Connection::write_shared(SharedBytes bytes) {
    ByteView rest = *bytes;
    while (!rest.empty()) {
        const ByteView slice = rest.subspan(0, std::min(rest.size(), write_slice));
        rest = rest.subspan(slice.size());
        std::vector<ByteView> pieces{slice};
        const bool alive = co_await write(std::move(pieces));
        if (!alive) co_return false;
    }
    co_return true;
}

Awaitable<bool> Connection::handshake() {
    arm(read_deadline_, limits_.handshake);
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, as_values);
    read_deadline_.cancel();
    if (!error) co_return true;
    const bool plain = error.category() == asio::error::get_ssl_category() &&
                       ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
    if (plain) {
        arm(write_deadline_, limits_.linger);
        const auto answer = asio::buffer(plain_http_answer);
        co_await asio::async_write(stream_.next_layer(), answer, as_values);
        write_deadline_.cancel();
    } else {
        log::debug("{}: the TLS handshake failed: {}", peer_address_, error.message());
    }
    co_return false;
}

Awaitable<Incoming> Connection::read_request() {
    Parser parser;
    parser.eager(true);
    parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
    parser.body_limit(limits_.body_bytes);
    bool header_seen = false;
    bool begun = false;
    std::size_t tried = 0;  // input that was offered already, and is not a whole header
    idle_ = begin_ == end_;
    arm(read_deadline_, limits_.idle);
    while (!parser.is_done()) {
        while (end_ - begin_ == tried && !closed_) co_await arrived_.wait();
        if (end_ - begin_ == tried) co_return Incoming{};
        if (!begun) {
            begun = true;
            idle_ = false;
            arm(read_deadline_, limits_.header);
        }
        boost::system::error_code error;
        const std::size_t used = parser.put(asio::buffer(input_.data() + begin_, end_ - begin_), error);
        consume(used);
        tried = end_ - begin_;
        if (error == http::error::need_more) error = {};
        if (error) co_return refuse_parse_error(error);
        if (!parser.is_header_done() && tried >= limits_.header_bytes)
            co_return refuse(431, "The request's headers are too large");
        if (parser.is_header_done() && !header_seen) {
            header_seen = true;
            arm(read_deadline_, limits_.body);
            const auto expect = parser.get()[http::field::expect];
            if (!parser.is_done() && tried == 0 &&
                lists_token({expect.data(), expect.size()}, "100-continue")) {
                const bool alive = co_await write_text("HTTP/1.1 100 Continue\r\n\r\n");
                if (!alive) co_return Incoming{};
            }
        }
    }
    read_deadline_.cancel();
    co_return to_incoming(parser, peer_address_);
}

// False when the client left meanwhile. An exception is a bug in the handler: logged, and thrown no further.
Awaitable<bool> Connection::guarded(Awaitable<void> operation, std::string_view what) {
    const auto failure = co_await scope_.run(std::move(operation));
    if (failure && !is_cancellation(failure)) {
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            log::error("{} ended with an exception: {}", what, error.what());
        }
    }
    co_return !scope_.cancelled();
}

Awaitable<void> Connection::call_handler(Request request, Response& response) {
    Awaitable<Response> handling = (*handler_)(std::move(request));
    response = co_await std::move(handling);
}

Awaitable<void> Connection::next_piece(BodySource& source, Result<SharedBytes>& piece) {
    Awaitable<Result<SharedBytes>> next = source.next();
    piece = co_await std::move(next);
}

Awaitable<bool> Connection::send_stream(BodySource& source, Framing framing) {
    while (true) {
        Result<SharedBytes> piece = fail(ErrorKind::internal, "the source ended with an exception");
        Awaitable<void> next = next_piece(source, piece);
        const bool alive = co_await guarded(std::move(next), "A response's body");
        if (!alive) co_return false;
        if (!piece) {
            // The status is sent already: an incomplete body is how the client learns of it.
            log::warn("A response's body broke off: {}", piece.error().message);
            co_return false;
        }
        if (!*piece) break;
        if ((*piece)->empty()) continue;
        bool sent = true;
        if (framing == Framing::chunked)
            sent = co_await write_text(fmt::format("{:x}\r\n", (*piece)->size()));
        if (sent) sent = co_await write_shared(*piece);
        if (sent && framing == Framing::chunked) sent = co_await write_text("\r\n");
        if (!sent) co_return false;
    }
    if (framing == Framing::chunked) co_return co_await write_text("0\r\n\r\n");
    co_return true;
}

Awaitable<bool> Connection::respond(Incoming incoming, Response response, bool is_head) {
    auto* text = std::get_if<std::string>(&response.body);
    auto* shared = std::get_if<SharedBytes>(&response.body);
    auto* source = std::get_if<std::unique_ptr<BodySource>>(&response.body);
    const bool bodiless = response.status < 200 || response.status == 204 || response.status == 304;
    ResponseHead head{.status = response.status, .keep_alive = incoming.keep_alive && !finishing_};
    if (source && *source)
        head.framing = incoming.http10 ? Framing::until_close : Framing::chunked;
    else
        head.framing = Framing::content_length;
    if (head.framing == Framing::until_close) head.keep_alive = false;
    if (text) head.content_length = text->size();
    if (shared && *shared) head.content_length = (*shared)->size();
    if (bodiless) head.framing = Framing::none;

    auto head_text = response_head(head, response.headers);
    if (!head_text) {
        log::error("{}", head_text.error().message);
        Response failed{.status = 500, .headers = {}, .body = std::string(), .upgrade = {}};
        co_return co_await respond(std::move(incoming), std::move(failed), is_head);
    }
    const bool no_body = is_head || bodiless;
    if (text && !no_body) *head_text += *text;
    bool alive = co_await write_text(std::move(*head_text));
    if (alive && shared && *shared && !no_body) alive = co_await write_shared(*shared);
    if (alive && source && *source && !no_body) alive = co_await send_stream(**source, head.framing);
    co_return alive&& head.keep_alive;
}

Awaitable<bool> Connection::refuse_request(Incoming incoming) {
    Response response;
    response.status = incoming.bad_status;
    response.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
    response.body = incoming.problem + "\n";
    incoming.keep_alive = false;
    co_return co_await respond(std::move(incoming), std::move(response), false);
}

Awaitable<void> Connection::upgrade(Request request, Response response) {
    auto head = websocket_response_head(request.header("sec-websocket-key"), response.headers);
    if (!head) {
        log::error("{}", head.error().message);
        co_return;
    }
    const bool alive = co_await write_text(std::move(*head));
    if (!alive) co_return;
    std::shared_ptr<ByteChannel> channel = shared_from_this();
    co_await serve_websocket(std::move(channel), std::move(response.upgrade), limits_);
}

// False: the connection ends.
Awaitable<bool> Connection::serve_one() {
    Incoming incoming = co_await read_request();
    if (incoming.bad_status != 0) co_return co_await refuse_request(std::move(incoming));
    if (!incoming.request) co_return false;
    const bool is_head = incoming.request->method == Method::head;
    const WebSocketRequest kind = websocket_request(*incoming.request);
    Request upgrade_request;
    if (kind == WebSocketRequest::yes) upgrade_request.headers = incoming.request->headers;

    Response response;
    response.status = 500;
    Awaitable<void> calling = call_handler(std::move(*incoming.request), response);
    const bool alive = co_await guarded(std::move(calling), "A request handler");
    if (!alive) co_return false;
    if (response.upgrade && kind == WebSocketRequest::yes) {
        co_await upgrade(std::move(upgrade_request), std::move(response));
        co_return false;
    }
    if (response.upgrade) {
        // The handler's own words go to a request that asks for no WebSocket.
        response.status = kind == WebSocketRequest::no ? 426 : 400;
        if (kind != WebSocketRequest::no) {
            response.headers.clear();
            response.body = std::string();
        }
        response.headers.push_back({"Sec-WebSocket-Version", "13"});
    }
    co_return co_await respond(std::move(incoming), std::move(response), is_head);
}

// Sends close_notify and waits a little for the client to close: closing at once with unread input would make
// the kernel reset the connection and so discard the response on its way.
Awaitable<void> Connection::close_gently() {
    if (closed_) co_return;
    arm(read_deadline_, limits_.linger);
    const auto [error] = co_await stream_.async_shutdown(as_values);
    boost::system::error_code ignored = error;
    stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
    while (!closed_) {
        consume(end_ - begin_);
        co_await arrived_.wait();
    }
    read_deadline_.cancel();
}

Awaitable<void> Connection::run() {
    const auto self = shared_from_this();
    const bool secured = co_await handshake();
    if (!secured) co_return;
    TaskGroup tasks(stream_.get_executor(), "HTTP connection");
    tasks.spawn([](std::shared_ptr<Connection> connection) -> Awaitable<void> {
        co_await connection->pump_input();
    }(self));
    bool more = true;
    while (more && !finishing_) more = co_await serve_one();
    co_await close_gently();
    abort();
    co_await tasks.stop();
}

}  // namespace

std::shared_ptr<HttpConnection> make_http_connection(tcp::socket socket,
                                                     std::shared_ptr<asio::ssl::context> tls,
                                                     std::shared_ptr<const RequestHandler> handler,
                                                     const HttpLimits& limits, std::string peer_address) {
    return std::make_shared<Connection>(std::move(socket), std::move(tls), std::move(handler), limits,
                                        std::move(peer_address));
}

}  // namespace vedette::net
