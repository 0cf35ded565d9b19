#include "net/websocket_protocol.hpp"

#include <new>

#include <wslay/wslay.h>

#include "base/utf8.hpp"
#include "crypto/base64.hpp"
#include "crypto/digest.hpp"

namespace vedette::net {

namespace {

constexpr std::size_t max_close_reason = 123;  // RFC 6455 section 5.5: 125 bytes less the code

/// The header of an unmasked, unfragmented frame (RFC 6455 section 5.2).
std::string frame_header(std::uint8_t opcode, std::uint64_t length) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(0x80 | opcode));
    if (length < 126) {
        out.u8(static_cast<std::uint8_t>(length));
    } else if (length <= 0xffff) {
        out.u8(126).u16(static_cast<std::uint16_t>(length));
    } else {
        out.u8(127).u64(length);
    }
    return std::string(as_text(out.view()));
}

}  // namespace

std::string websocket_accept(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    return crypto::to_base64(crypto::sha1(as_bytes(text)));
}

ByteView view_of(const WebSocketProtocol::Piece& piece) {
    if (const auto* text = std::get_if<std::string>(&piece)) return as_bytes(*text);
    return *std::get<SharedBytes>(piece);
}

// wslay reads frames, joins and checks them, and makes control frames. Data frames are made here, since their
// payload must not be copied into a queue.
struct WebSocketProtocol::State {
    wslay_event_context_ptr context = nullptr;
    ByteView input;
    std::string control;  // what wslay sends
    std::deque<WebSocketMessage> messages;
    std::size_t message_bytes = 0;
    std::deque<Piece> output;
    std::size_t output_bytes = 0;
    bool closing = false;

    static ssize_t on_recv(wslay_event_context_ptr context, std::uint8_t* buffer, std::size_t size, int,
                           void* user) {
        auto& self = *static_cast<State*>(user);
        const std::size_t count = std::min(size, self.input.size());
        if (count == 0) {
            wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
            return -1;
        }
        std::memcpy(buffer, self.input.data(), count);
        self.input = self.input.subspan(count);
        return static_cast<ssize_t>(count);
    }

    static ssize_t on_send(wslay_event_context_ptr, const std::uint8_t* data, std::size_t size, int,
                           void* user) {
        static_cast<State*>(user)->control.append(reinterpret_cast<const char*>(data), size);
        return static_cast<ssize_t>(size);
    }

    static void on_message(wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* message, void* user) {
        if (wslay_is_ctrl_frame(message->opcode)) return;
        auto& self = *static_cast<State*>(user);
        const auto* data = reinterpret_cast<const std::byte*>(message->msg);
        self.messages.push_back(
            {message->opcode == WSLAY_BINARY_FRAME, Bytes(data, data + message->msg_length)});
        self.message_bytes += message->msg_length;
    }

    void push(Piece piece) {
        output_bytes += view_of(piece).size();
        output.push_back(std::move(piece));
    }

    // Moves the control frames that wslay has queued behind the data queued before.
    void flush_control() {
        if (wslay_event_want_write(context) != 0) wslay_event_send(context);
        if (!control.empty()) push(std::exchange(control, {}));
        closing = closing || wslay_event_get_close_sent(context) != 0;
    }
};

WebSocketProtocol::WebSocketProtocol(std::size_t message_limit) : state_(std::make_unique<State>()) {
    wslay_event_callbacks callbacks{};
    callbacks.recv_callback = State::on_recv;
    callbacks.send_callback = State::on_send;
    callbacks.on_msg_recv_callback = State::on_message;
    if (wslay_event_context_server_init(&state_->context, &callbacks, state_.get()) != 0)
        throw std::bad_alloc();
    wslay_event_config_set_max_recv_msg_length(state_->context, message_limit);
}

WebSocketProtocol::~WebSocketProtocol() {
    wslay_event_context_free(state_->context);
}

bool WebSocketProtocol::feed(ByteView bytes) {
    if (wslay_event_want_read(state_->context) == 0) return false;
    state_->input = bytes;
    const int status = wslay_event_recv(state_->context);
    state_->input = {};
    state_->flush_control();
    return status == 0 && wslay_event_want_read(state_->context) != 0;
}

std::optional<WebSocketMessage> WebSocketProtocol::next_message() {
    if (state_->messages.empty()) return std::nullopt;
    WebSocketMessage message = std::move(state_->messages.front());
    state_->messages.pop_front();
    state_->message_bytes -= message.data.size();
    return message;
}

std::size_t WebSocketProtocol::received_bytes() const {
    return state_->message_bytes;
}

bool WebSocketProtocol::queue_text(std::string text) {
    if (state_->closing) return false;
    state_->push(frame_header(WSLAY_TEXT_FRAME, text.size()));
    if (!text.empty()) state_->push(std::move(text));
    return true;
}

bool WebSocketProtocol::queue_binary(std::vector<SharedBytes> pieces) {
    if (state_->closing) return false;
    std::uint64_t length = 0;
    for (const auto& piece : pieces) length += piece ? piece->size() : 0;
    state_->push(frame_header(WSLAY_BINARY_FRAME, length));
    for (auto& piece : pieces)
        if (piece && !piece->empty()) state_->push(std::move(piece));
    return true;
}

bool WebSocketProtocol::queue_ping() {
    if (state_->closing) return false;
    const wslay_event_msg ping{WSLAY_PING, nullptr, 0};
    const bool queued = wslay_event_queue_msg(state_->context, &ping) == 0;
    state_->flush_control();
    return queued;
}

bool WebSocketProtocol::queue_close(std::uint16_t code, std::string_view reason) {
    if (state_->closing) return false;
    const std::string_view text = cut_utf8(reason, max_close_reason - 1);  // wslay's limit is one byte less
    const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
    const bool queued = wslay_event_queue_close(state_->context, code, data, text.size()) == 0;
    state_->flush_control();
    return queued;
}

std::vector<WebSocketProtocol::Piece> WebSocketProtocol::take_output(std::size_t enough) {
    std::vector<Piece> pieces;
    std::size_t bytes = 0;
    while (!state_->output.empty() && (pieces.empty() || bytes < enough)) {
        bytes += view_of(state_->output.front()).size();
        pieces.push_back(std::move(state_->output.front()));
        state_->output.pop_front();
    }
    state_->output_bytes -= bytes;
    return pieces;
}

std::size_t WebSocketProtocol::queued_bytes() const {
    return state_->output_bytes;
}
bool WebSocketProtocol::close_received() const {
    return wslay_event_get_close_received(state_->context) != 0;
}
bool WebSocketProtocol::close_queued() const {
    return state_->closing;
}

}  // namespace vedette::net
