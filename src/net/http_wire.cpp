#include "net/http_wire.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/chrono.h>

#include "crypto/base64.hpp"
#include "net/websocket_protocol.hpp"

namespace vedette::net {

namespace {

constexpr std::array<std::string_view, 6> servers_own = {
    "content-length", "transfer-encoding", "connection", "date", "sec-websocket-accept", "upgrade"};

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_token_character(char c) {  // RFC 9110 section 5.6.2
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_value_character(char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u >= 0x20 && u != 0x7f) || c == '\t';
}

std::string_view reason(unsigned status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 304:
            return "Not Modified";
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
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 426:
            return "Upgrade Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        default:
            return "";  // the phrase is optional (RFC 9112 section 4)
    }
}

Result<> append_headers(const std::vector<Header>& headers, std::string& out) {
    for (const Header& header : headers) {
        if (header.name.empty() || !std::ranges::all_of(header.name, is_token_character) ||
            !std::ranges::all_of(header.value, is_value_character))
            return fail(ErrorKind::internal,
                        "A response header named \"{}\" has characters that HTTP forbids", header.name);
        const std::string name = lower(header.name);
        if (std::ranges::find(servers_own, name) != servers_own.end()) continue;
        out += header.name;
        out += ": ";
        out += header.value;
        out += "\r\n";
    }
    return {};
}

}  // namespace

Result<std::string> response_head(const ResponseHead& head, const std::vector<Header>& headers) {
    std::string out = fmt::format("HTTP/1.1 {} {}\r\n", head.status, reason(head.status));
    VEDETTE_CHECK(append_headers(headers, out));
    std::tm now{};
    const std::time_t seconds = std::time(nullptr);
    gmtime_r(&seconds, &now);
    out += fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", now);
    if (head.framing == Framing::content_length)
        out += fmt::format("Content-Length: {}\r\n", head.content_length);
    if (head.framing == Framing::chunked) out += "Transfer-Encoding: chunked\r\n";
    out += head.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    return out;
}

bool lists_token(std::string_view list, std::string_view token) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        std::string_view item = list.substr(0, comma);
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
        while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
        while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
        if (lower(item) == lower(token)) return true;
    }
    return false;
}

WebSocketRequest websocket_request(const Request& request) {
    if (!lists_token(request.header("upgrade"), "websocket")) return WebSocketRequest::no;
    const auto key = crypto::from_base64(request.header("sec-websocket-key"));
    const bool good = request.method == Method::get && lists_token(request.header("connection"), "upgrade") &&
                      request.header("sec-websocket-version") == "13" && key && key->size() == 16 &&
                      request.body.empty();
    return good ? WebSocketRequest::yes : WebSocketRequest::malformed;
}

Result<std::string> websocket_response_head(std::string_view key, const std::vector<Header>& headers) {
    std::string out = "HTTP/1.1 101 Switching Protocols\r\n";
    VEDETTE_CHECK(append_headers(headers, out));
    out += fmt::format("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
                       websocket_accept(key));
    return out;
}

}  // namespace vedette::net
