#include "rtsp/message.hpp"

#include <algorithm>

#include "rtsp/text.hpp"

namespace vedette::rtsp {

const std::string* Headers::find(std::string_view name) const {
    for (const auto& [key, value] : fields_)
        if (equal_ignoring_case(key, name)) return &value;
    return nullptr;
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& [key, value] : fields_)
        if (equal_ignoring_case(key, name)) values.emplace_back(value);
    return values;
}

void Headers::fold(std::string_view continuation) {
    if (fields_.empty()) return;
    std::string& value = fields_.back().second;
    if (!value.empty() && !continuation.empty()) value += ' ';
    value += continuation;
}

namespace {

bool is_version(std::string_view text) {
    return text.starts_with("RTSP/") && text.size() > 5;
}

Result<Response> parse_status_line(std::string_view line) {
    Response response;
    split_off(line, ' ');
    line = trim(line);
    const auto status = parse_number<std::uint16_t>(split_off(line, ' '));
    if (!status || *status < 100 || *status > 999)
        return fail(ErrorKind::corrupt, "the RTSP answer has no valid status code");
    response.status = *status;
    response.reason = trim(line);
    return response;
}

Result<Request> parse_request_line(std::string_view line) {
    Request request;
    request.method = split_off(line, ' ');
    line = trim(line);
    const std::size_t last_blank = line.rfind(' ');
    if (request.method.empty() || request.method.size() > max_method_bytes ||
        last_blank == std::string_view::npos || !is_version(line.substr(last_blank + 1)))
        return fail(ErrorKind::corrupt, "the request line is not RTSP");
    request.uri = trim(line.substr(0, last_blank));
    if (request.uri.empty()) return fail(ErrorKind::corrupt, "the RTSP request has no URL");
    return request;
}

Result<Message> parse_start_line(std::string_view line) {
    line = trim(line);
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(line, is_control))
        return fail(ErrorKind::corrupt, "an RTSP message begins with a line that is not text");
    if (line.starts_with("HTTP/") || line.ends_with(" HTTP/1.1") || line.ends_with(" HTTP/1.0"))
        return fail(ErrorKind::unsupported, "this is a web server (HTTP), not RTSP");
    if (is_version(line)) {
        VEDETTE_TRY(Response response, parse_status_line(line));
        return Message(std::move(response));
    }
    VEDETTE_TRY(Request request, parse_request_line(line));
    return Message(std::move(request));
}

Headers& headers_of(Message& message) {
    return std::visit([](auto& m) -> Headers& { return m.headers; }, message);
}

void print_headers(std::string& out, const Headers& headers, const std::string& body) {
    for (const auto& [name, value] : headers.fields()) {
        out += name;
        out += ": ";
        out += value;
        out += "\r\n";
    }
    if (!body.empty()) out += fmt::format("Content-Length: {}\r\n", body.size());
    out += "\r\n";
    out += body;
}

}  // namespace

Result<MessageHead> parse_head(std::string_view head) {
    if (head.size() > max_head_bytes)
        return fail(ErrorKind::exhausted, "the RTSP message has more than {} bytes of headers",
                    max_head_bytes);
    VEDETTE_TRY(Message message, parse_start_line(split_line(head)));
    MessageHead result{.message = std::move(message)};
    Headers& headers = headers_of(result.message);
    bool last_was_kept = false;
    while (!head.empty()) {
        std::string_view line = split_line(head);
        if (line.starts_with(' ') || line.starts_with('\t')) {
            if (last_was_kept) headers.fold(trim(line));
            continue;
        }
        last_was_kept = false;
        if (line.find(':') == std::string_view::npos) continue;
        const std::string_view name = trim(split_off(line, ':'));
        const std::string_view value = trim(line);
        if (name.empty()) continue;
        if (equal_ignoring_case(name, "Content-Length")) {
            const auto length = parse_number<std::uint32_t>(value);
            if (!length) return fail(ErrorKind::corrupt, "Content-Length of the RTSP message is no number");
            if (*length > max_body_bytes)
                return fail(ErrorKind::exhausted, "the RTSP message has a body of more than {} bytes",
                            max_body_bytes);
            result.body_bytes = *length;
            continue;
        }
        if (headers.fields().size() == max_header_count)
            return fail(ErrorKind::exhausted, "the RTSP message has more than {} headers", max_header_count);
        headers.add(name, value);
        last_was_kept = true;
    }
    return result;
}

std::string print(const Request& request) {
    std::string out = fmt::format("{} {} RTSP/1.0\r\n", request.method, request.uri);
    print_headers(out, request.headers, request.body);
    return out;
}

std::string print(const Response& response) {
    std::string out = fmt::format("RTSP/1.0 {} {}\r\n", response.status, response.reason);
    print_headers(out, response.headers, response.body);
    return out;
}

std::optional<std::uint32_t> cseq(const Headers& headers) {
    const std::string* value = headers.find("CSeq");
    return value ? parse_number<std::uint32_t>(*value) : std::nullopt;
}

std::optional<SessionHeader> parse_session(std::string_view value) {
    SessionHeader session{.id = std::string(trim(split_off(value, ';')))};
    if (session.id.empty()) return std::nullopt;
    while (!value.empty()) {
        std::string_view parameter = split_off(value, ';');
        if (!equal_ignoring_case(trim(split_off(parameter, '=')), "timeout")) continue;
        const auto seconds = parse_number<std::uint32_t>(parameter);
        if (seconds && *seconds > 0) session.timeout_seconds = *seconds;
    }
    return session;
}

std::string_view reason_phrase(std::uint16_t status) {
    switch (status) {
        case 200:
            return "OK";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Moved Temporarily";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 453:
            return "Not Enough Bandwidth";
        case 454:
            return "Session Not Found";
        case 455:
            return "Method Not Valid in This State";
        case 459:
            return "Aggregate Operation Not Allowed";
        case 461:
            return "Unsupported Transport";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "RTSP Version Not Supported";
        case 551:
            return "Option Not Supported";
        default:
            return "Unknown";
    }
}

}  // namespace vedette::rtsp
