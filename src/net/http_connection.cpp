#include "net/http_connection.hpp"

#include <boost/asio/ssl/context.hpp>

#include "base/log.hpp"
#include "net/http_request_reader.hpp"
#include "net/http_wire.hpp"
#include "net/task_group.hpp"
#include "net/tls_channel.hpp"
#include "net/websocket.hpp"

namespace vedette::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// What came: a request, or why it is refused; neither when the peer left.
struct Incoming {
    std::optional<Request> request;
    std::optional<Refusal> refusal;
};

/// How the response to the current request is framed.
struct Exchange {
    bool keep_alive = false;
    bool http10 = false;
    bool is_head = false;
};

class Connection final : public HttpConnection, public std::enable_shared_from_this<Connection> {
  public:
    Connection(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls,
               std::shared_ptr<const HttpService> service, const HttpLimits& limits, std::string peer_address)
        : executor_(socket.get_executor()),
          channel_(std::make_shared<TlsChannel>(std::move(socket), std::move(tls), limits, peer_address)),
          service_(std::move(service)),
          limits_(limits),
          peer_address_(std::move(peer_address)) {}

    Awaitable<void> run() override;
    void finish() override;

  private:
    Awaitable<bool> serve_one();
    Awaitable<Incoming> read_request();
    Awaitable<bool> guarded(Awaitable<void> operation, std::string_view what);
    Awaitable<void> call_handler(Request request, std::optional<Response>& response);
    Awaitable<void> next_piece(BodySource& source, Result<SharedBytes>& piece);
    Awaitable<bool> respond(Response response);
    Awaitable<bool> send_body(Response response, Framing framing);
    Awaitable<bool> send_stream(BodySource& source, Framing framing);
    Awaitable<void> upgrade(Request request, Response response);

    asio::any_io_executor executor_;
    std::shared_ptr<TlsChannel> channel_;
    std::shared_ptr<const HttpService> service_;
    HttpLimits limits_;
    std::string peer_address_;
    Exchange exchange_;
    CancelScope scope_;  // what works for this client: ends when it goes away
    bool idle_ = true;
    bool finishing_ = false;
};

void Connection::finish() {
    finishing_ = true;
    if (idle_) channel_->abort();
}

Awaitable<Incoming> Connection::read_request() {
    RequestReader reader(limits_);
    bool header_seen = false;
    bool begun = false;
    std::size_t tried = 0;  // input that was offered already, and is not a whole header
    idle_ = channel_->input().empty();
    channel_->arm_reading(limits_.idle);
    while (!reader.done()) {
        const bool more = co_await channel_->wait_more(tried);
        if (!more) co_return Incoming{};
        if (!begun) {
            begun = true;
            idle_ = false;
            channel_->arm_reading(limits_.header);
        }
        channel_->consume(reader.put(channel_->input()));
        tried = channel_->input().size();
        if (reader.refusal()) co_return Incoming{.request = {}, .refusal = reader.refusal()};
        if (reader.header_done() && !header_seen) {
            header_seen = true;
            channel_->arm_reading(limits_.body);
            if (!reader.done() && tried == 0 && reader.expects_continue()) {
                const bool alive = co_await channel_->write_text("HTTP/1.1 100 Continue\r\n\r\n");
                if (!alive) co_return Incoming{};
            }
        }
    }
    channel_->disarm_reading();
    exchange_ = {.keep_alive = reader.keep_alive(), .http10 = reader.http10()};
    Incoming incoming{.request = reader.take(peer_address_), .refusal = {}};
    if (incoming.request) incoming.request->certificate = channel_->certificate();
    incoming.refusal = reader.refusal();
    co_return incoming;
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

Awaitable<void> Connection::call_handler(Request request, std::optional<Response>& response) {
    Awaitable<Response> handling = service_->answer(std::move(request));
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
            sent = co_await channel_->write_text(fmt::format("{:x}\r\n", (*piece)->size()));
        if (sent) sent = co_await channel_->write_all(**piece);
        if (sent && framing == Framing::chunked) sent = co_await channel_->write_text("\r\n");
        if (!sent) co_return false;
    }
    if (framing == Framing::chunked) co_return co_await channel_->write_text("0\r\n\r\n");
    co_return true;
}

/// Bytes that are there already; none for a body that is still to be made.
ByteView ready_bytes(const Response& response) {
    if (const auto* text = std::get_if<std::string>(&response.body)) return as_bytes(*text);
    if (const auto* lasting = std::get_if<ByteView>(&response.body)) return *lasting;
    const auto* shared = std::get_if<SharedBytes>(&response.body);
    return shared && *shared ? ByteView(**shared) : ByteView();
}

Awaitable<bool> Connection::send_body(Response response, Framing framing) {
    auto* source = std::get_if<std::unique_ptr<BodySource>>(&response.body);
    if (source && *source) co_return co_await send_stream(**source, framing);
    co_return co_await channel_->write_all(ready_bytes(response));
}

Awaitable<bool> Connection::respond(Response response) {
    const auto* source = std::get_if<std::unique_ptr<BodySource>>(&response.body);
    const bool bodiless = response.status < 200 || response.status == 204 || response.status == 304;
    ResponseHead head{.status = response.status,
                      .framing = Framing::content_length,
                      .content_length = ready_bytes(response).size(),
                      .keep_alive = exchange_.keep_alive && !finishing_};
    if (source && *source) head.framing = exchange_.http10 ? Framing::until_close : Framing::chunked;
    if (head.framing == Framing::until_close) head.keep_alive = false;
    if (bodiless) head.framing = Framing::none;

    auto head_text = response_head(head, response.headers);
    if (!head_text) {
        log::error("{}", head_text.error().message);
        Response failed{.status = 500, .headers = {}, .body = std::string(), .upgrade = {}};
        co_return co_await respond(std::move(failed));
    }
    const bool no_body = exchange_.is_head || bodiless;
    // A short text goes with its head, in one packet.
    auto* text = std::get_if<std::string>(&response.body);
    if (text && !no_body) head_text->append(std::exchange(*text, {}));
    bool alive = co_await channel_->write_text(std::move(*head_text));
    if (alive && !no_body) alive = co_await send_body(std::move(response), head.framing);
    co_return alive&& head.keep_alive;
}

Awaitable<void> Connection::upgrade(Request request, Response response) {
    auto head = websocket_response_head(request.header("sec-websocket-key"), response.headers);
    if (!head) {
        log::error("{}", head.error().message);
        co_return;
    }
    const bool alive = co_await channel_->write_text(std::move(*head));
    if (!alive) co_return;
    std::shared_ptr<ByteChannel> channel = channel_;
    co_await serve_websocket(std::move(channel), std::move(response.upgrade), limits_);
}

// False: the connection ends.
Awaitable<bool> Connection::serve_one() {
    exchange_ = {};
    Incoming incoming = co_await read_request();
    if (incoming.refusal) {
        exchange_.keep_alive = false;  // where the next request begins is not known
        Response refused = service_->refuse(incoming.refusal->status, std::move(incoming.refusal->detail));
        co_return co_await respond(std::move(refused));
    }
    if (!incoming.request) co_return false;
    exchange_.is_head = incoming.request->method == Method::head;
    const WebSocketRequest kind = websocket_request(*incoming.request);
    Request upgrade_request;
    if (kind == WebSocketRequest::yes) upgrade_request.headers = incoming.request->headers;

    std::optional<Response> answered;
    Awaitable<void> calling = call_handler(std::move(*incoming.request), answered);
    const bool alive = co_await guarded(std::move(calling), "A request handler");
    if (!alive) co_return false;
    if (!answered) answered = service_->refuse(500, "The request failed inside the server; its log says why");
    Response response = std::move(*answered);
    if (response.upgrade && kind == WebSocketRequest::yes) {
        co_await upgrade(std::move(upgrade_request), std::move(response));
        co_return false;
    }
    if (response.upgrade) {
        // The handler's own words go to a request that asks for no WebSocket.
        if (kind == WebSocketRequest::no)
            response.status = 426;
        else
            response = service_->refuse(400, "The WebSocket's opening handshake is not valid (RFC 6455)");
        response.headers.push_back({"Sec-WebSocket-Version", "13"});
    }
    co_return co_await respond(std::move(response));
}

Awaitable<void> Connection::run() {
    const auto self = shared_from_this();
    const bool secured = co_await channel_->handshake();
    if (!secured) co_return;
    channel_->on_closed([weak = weak_from_this()] {
        if (const auto connection = weak.lock()) connection->scope_.cancel();
    });
    TaskGroup tasks(executor_, "HTTP connection");
    tasks.spawn([](std::shared_ptr<TlsChannel> channel) -> Awaitable<void> {
        co_await channel->pump_input();
    }(channel_));
    bool more = true;
    while (more && !finishing_) more = co_await serve_one();
    co_await channel_->close_gently();
    channel_->abort();
    co_await tasks.stop();
}

}  // namespace

std::shared_ptr<HttpConnection> make_http_connection(tcp::socket socket,
                                                     std::shared_ptr<asio::ssl::context> tls,
                                                     std::shared_ptr<const HttpService> service,
                                                     const HttpLimits& limits, std::string peer_address) {
    return std::make_shared<Connection>(std::move(socket), std::move(tls), std::move(service), limits,
                                        std::move(peer_address));
}

}  // namespace vedette::net
