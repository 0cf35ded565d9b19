#include "rtsp/stream_parser.hpp"

#include <algorithm>
#include <array>

namespace vedette::rtsp {

namespace {

constexpr std::byte dollar_sign{'$'};

bool is_blank(std::byte b) {
    return b == std::byte{'\r'} || b == std::byte{'\n'} || b == std::byte{' '} || b == std::byte{0};
}

bool is_method_char(char c) {
    return (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

std::size_t frame_bytes(ByteView bytes) {
    return interleaved_header_bytes +
           (std::to_integer<std::size_t>(bytes[2]) << 8 | std::to_integer<std::size_t>(bytes[3]));
}

/// While looking for a place to go on, a frame must look like RTP or RTCP of version 2 on a low channel;
/// a lone `$` in media data is too common.
bool is_plausible_frame(ByteView bytes) {
    constexpr std::size_t smallest_packet = 8;
    constexpr auto highest_channel = std::byte{31};
    return bytes.size() > interleaved_header_bytes && bytes[0] == dollar_sign &&
           bytes[1] <= highest_channel && frame_bytes(bytes) >= interleaved_header_bytes + smallest_packet &&
           (bytes[4] & std::byte{0xC0}) == std::byte{0x80};
}

/// The offset behind the blank line that ends a head, or npos.
std::size_t head_end(std::string_view text, std::size_t from) {
    for (std::size_t at = text.find('\n', from); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        std::size_t after = at + 1;
        if (after < text.size() && text[after] == '\r') ++after;
        if (after < text.size() && text[after] == '\n') return after + 1;
    }
    return std::string_view::npos;
}

}  // namespace

void StreamParser::feed(ByteView bytes) {
    input_ = bytes;
}

StreamParser::Start StreamParser::classify(ByteView bytes) {
    if (bytes.empty()) return Start::incomplete;
    if (bytes[0] == dollar_sign) return Start::frame;
    // A start line: a token of capitals (with /1.0 for an answer), a blank, then text up to the line's end.
    const std::string_view text =
        as_text(bytes.first(std::min<std::size_t>(bytes.size(), 2 * max_method_bytes)));
    std::size_t at = 0;
    while (at < text.size() && is_method_char(text[at])) ++at;
    if (at > max_method_bytes || (at == 0 && !text.empty())) return Start::junk;
    if (at < text.size() && text[at] == '/')
        while (at < text.size() &&
               (text[at] == '/' || text[at] == '.' || (text[at] >= '0' && text[at] <= '9')))
            ++at;
    if (at == text.size()) return text.size() > max_method_bytes + 8 ? Start::junk : Start::incomplete;
    if (text[at] != ' ' || at < 3) return Start::junk;
    for (const char c : text.substr(at)) {
        if (c == '\n' || c == '\r') break;
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return Start::junk;
    }
    return Start::message;
}

std::size_t StreamParser::find_start(ByteView bytes) {
    constexpr std::string_view status_line = "RTSP/1.0 ";
    for (std::size_t at = 1; at < bytes.size(); ++at) {
        const ByteView rest = bytes.subspan(at);
        if (rest[0] == dollar_sign && (rest.size() <= interleaved_header_bytes || is_plausible_frame(rest)))
            return at;
        if (rest[0] == std::byte{'R'} &&
            status_line.starts_with(as_text(rest.first(std::min(rest.size(), status_line.size())))))
            return at;
        if (is_blank(bytes[at - 1]) && classify(rest) == Start::message) return at;
    }
    return bytes.size();
}

Result<bool> StreamParser::skip_junk(std::size_t count) {
    junk_run_ += count;
    junk_total_ += count;
    if (junk_run_ > max_junk_bytes)
        return fail(ErrorKind::corrupt, "the other side sends bytes that are not RTSP");
    return true;
}

Result<std::size_t> StreamParser::element_size(ByteView bytes, Start start) {
    if (start == Start::frame) return bytes.size() < interleaved_header_bytes ? 0 : frame_bytes(bytes);
    if (message_bytes_ > 0) return message_bytes_;
    const std::string_view text = as_text(bytes);
    const std::size_t end = head_end(text, scanned_);
    if (end == std::string_view::npos) {
        if (text.size() > max_head_bytes)
            return fail(ErrorKind::exhausted, "an RTSP message has more than {} bytes of headers",
                        max_head_bytes);
        scanned_ = text.size() < 3 ? 0 : text.size() - 3;
        return 0;
    }
    VEDETTE_TRY(const MessageHead head, parse_head(text.substr(0, end)));
    message_bytes_ = end + head.body_bytes;
    return message_bytes_;
}

Result<StreamItem> StreamParser::take(ByteView element, Start start) {
    junk_run_ = 0;
    message_bytes_ = 0;
    scanned_ = 0;
    if (start == Start::frame)
        return InterleavedFrame{.channel = std::to_integer<std::uint8_t>(element[1]),
                                .payload = element.subspan(interleaved_header_bytes)};
    const std::string_view text = as_text(element);
    const std::size_t end = head_end(text, 0);
    VEDETTE_TRY(MessageHead head, parse_head(text.substr(0, end)));
    return std::visit(
        [&](auto& message) -> StreamItem {
            message.body = text.substr(end);
            return std::move(message);
        },
        head.message);
}

Result<StreamItem> StreamParser::next() {
    if (carry_at_ < carry_.size()) {
        VEDETTE_TRY(StreamItem item, next_from_carry());
        if (!std::holds_alternative<NeedMore>(item) || carry_at_ < carry_.size()) return item;
    }
    carry_.clear();
    carry_at_ = 0;
    return next_from_input();
}

Result<StreamItem> StreamParser::next_from_input() {
    while (!input_.empty()) {
        if (is_blank(input_[0])) {  // between messages blanks mean nothing
            VEDETTE_CHECK(skip_junk(1));
            input_ = input_.subspan(1);
            continue;
        }
        const Start start = classify(input_);
        if (start == Start::junk) {
            const std::size_t at = find_start(input_);
            VEDETTE_CHECK(skip_junk(at));
            input_ = input_.subspan(at);
            continue;
        }
        std::size_t size = 0;
        if (start != Start::incomplete) {
            VEDETTE_TRY(size, element_size(input_, start));
        }
        if (size == 0 || size > input_.size()) {
            carry_.assign(input_.begin(), input_.end());
            input_ = {};
            break;
        }
        const ByteView element = input_.first(size);
        input_ = input_.subspan(size);
        return take(element, start);
    }
    return NeedMore{};
}

void StreamParser::top_up_carry(std::size_t wanted) {
    carry_.erase(carry_.begin(), carry_.begin() + static_cast<std::ptrdiff_t>(carry_at_));
    carry_at_ = 0;
    const ByteView more = input_.first(std::min(wanted, input_.size()));
    carry_.insert(carry_.end(), more.begin(), more.end());
    input_ = input_.subspan(more.size());
}

Result<StreamItem> StreamParser::next_from_carry() {
    while (carry_at_ < carry_.size()) {
        const ByteView carry = ByteView(carry_).subspan(carry_at_);
        const Start start = classify(carry);
        if (start == Start::junk) {  // what looked like a start line was none
            const std::size_t at = find_start(carry);
            VEDETTE_CHECK(skip_junk(at));
            carry_at_ += at;
            message_bytes_ = scanned_ = 0;
            continue;
        }
        std::size_t size = 0;
        if (start != Start::incomplete) {
            VEDETTE_TRY(size, element_size(carry, start));
        }
        if (size > 0 && size <= carry.size()) {
            carry_at_ += size;
            return take(carry.first(size), start);
        }
        if (input_.empty()) return NeedMore{};
        if (size > 0) {
            top_up_carry(size - carry.size());
        } else if (start == Start::frame) {
            top_up_carry(interleaved_header_bytes - carry.size());
        } else {  // one line of text, so that nothing behind the message is moved
            const std::size_t line_end = as_text(input_).find('\n');
            top_up_carry(line_end == std::string_view::npos ? input_.size() : line_end + 1);
        }
    }
    return NeedMore{};
}

std::array<std::byte, interleaved_header_bytes> interleaved_header(std::uint8_t channel, std::size_t size) {
    return {dollar_sign, std::byte{channel}, static_cast<std::byte>(size >> 8), static_cast<std::byte>(size)};
}

}  // namespace vedette::rtsp
