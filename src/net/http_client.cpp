#include "net/http_client.hpp"

#include <algorithm>
#include <array>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace vedette::net {

namespace http = boost::beast::http;

namespace {

using Parser = http::response_parser<http::string_body>;

bool fits_on_a_line(std::string_view text) {
    return std::ranges::none_of(text,
                                [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<std::string> write_call(const HttpCall& call) {
    const bool target_fits =
        call.target.starts_with('/') && fits_on_a_line(call.target) && !call.target.contains(' ');
    if (!target_fits || !fits_on_a_line(call.host))
        return fail(ErrorKind::invalid_input, "the address holds a character that no HTTP request can carry");
    std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n",
                                  to_string(call.method), call.target, call.host, call.body.size());
    for (const Header& header : call.headers) {
        if (!fits_on_a_line(header.name) || !fits_on_a_line(header.value))
            return fail(ErrorKind::invalid_input, "the header {} would not stay on its line", header.name);
        out += fmt::format("{}: {}\r\n", header.name, header.value);
    }
    out += "\r\n";
    out += call.body;
    return out;
}

Result<> parse_failure(const boost::system::error_code& error) {
    if (error == http::error::header_limit || error == http::error::body_limit)
        return fail(ErrorKind::exhausted, "the answer is larger than what is accepted");
    return fail(ErrorKind::corrupt, "the answer is no HTTP: {}", error.message());
}

// Takes what it can of `pending`, which keeps the rest.
Result<> feed(Parser& parser, std::string& pending) {
    while (!pending.empty() && !parser.is_done()) {
        boost::system::error_code error;
        const std::size_t taken = parser.put(boost::asio::buffer(pending), error);
        pending.erase(0, taken);
        if (error == http::error::need_more) return {};
        if (error) return parse_failure(error);
        if (taken == 0) return {};
    }
    return {};
}

HttpAnswer to_answer(Parser& parser) {
    auto message = parser.release();
    HttpAnswer answer{.status = message.result_int(), .headers = {}, .body = std::move(message.body())};
    for (const auto& field : message)
        answer.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    return answer;
}

}  // namespace

std::vector<std::string_view> HttpAnswer::values(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const Header& header : headers)
        if (boost::beast::iequals(header.name, name)) found.emplace_back(header.value);
    return found;
}

Awaitable<Result<HttpAnswer>> call_http(TcpStream& stream, HttpCall call, HttpClientLimits limits) {
    VEDETTE_CO_TRY(const std::string request, write_call(call));
    VEDETTE_CO_CHECK(co_await stream.write_all(as_bytes(request)));
    auto reading = read_http_answer(stream, limits);
    co_return co_await std::move(reading);
}

Awaitable<Result<HttpAnswer>> read_http_answer(TcpStream& stream, HttpClientLimits limits) {
    Parser parser;
    parser.eager(true);
    parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser.body_limit(limits.body_bytes);
    std::string pending;
    std::array<std::byte, 16 * 1024> buffer;
    while (!parser.is_done()) {
        const auto got = co_await stream.read_some(buffer);
        if (!got) {
            // A body without a length ends with the connection.
            boost::system::error_code error;
            if (parser.got_some()) parser.put_eof(error);
            if (error || !parser.is_done()) co_return std::unexpected(got.error());
            break;
        }
        pending += as_text(ByteView(buffer).first(*got));
        VEDETTE_CO_CHECK(feed(parser, pending));
    }
    co_return to_answer(parser);
}

}  // namespace vedette::net
