#include "net/http_request_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/http_target.hpp"
#include "net/http_wire.hpp"

namespace vedette::net {

namespace http = boost::beast::http;

namespace {

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

Refusal refusal_of(const boost::system::error_code& error) {
    if (error == http::error::header_limit) return {431, "The request's headers are too large"};
    if (error == http::error::body_limit) return {413, "The request's body is too large"};
    return {400, "The request is not valid HTTP/1.1: " + error.message()};
}

}  // namespace

struct RequestReader::Parser : http::request_parser<http::string_body> {};

RequestReader::RequestReader(const HttpLimits& limits)
    : parser_(std::make_unique<Parser>()), header_bytes_(limits.header_bytes) {
    parser_->eager(true);
    parser_->header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser_->body_limit(limits.body_bytes);
}

RequestReader::~RequestReader() = default;

std::size_t RequestReader::put(ByteView input) {
    boost::system::error_code error;
    const std::size_t used = parser_->put(boost::asio::buffer(input.data(), input.size()), error);
    if (error == http::error::need_more) error = {};
    if (error)
        refusal_ = refusal_of(error);
    else if (!header_done() && input.size() - used >= header_bytes_)
        refusal_ = refusal_of(http::error::header_limit);
    return used;
}

bool RequestReader::header_done() const {
    return parser_->is_header_done();
}

bool RequestReader::done() const {
    return parser_->is_done();
}

bool RequestReader::expects_continue() const {
    const auto expect = parser_->get()[http::field::expect];
    return lists_token({expect.data(), expect.size()}, "100-continue");
}

bool RequestReader::keep_alive() const {
    return parser_->keep_alive();
}

bool RequestReader::http10() const {
    return parser_->get().version() == 10;
}

std::optional<Request> RequestReader::take(std::string peer_address) {
    auto& message = parser_->get();
    Request request;
    request.method = method_of(message.method());
    request.peer_address = std::move(peer_address);
    std::size_t hosts = 0;
    for (const auto& field : message) {
        const auto name = field.name_string();
        const auto value = field.value();
        hosts += field.name() == http::field::host ? 1 : 0;
        request.headers.push_back({std::string(name), std::string(value)});
    }
    if (hosts != 1 && !http10()) {
        refusal_ = Refusal{400, "A request must name one host"};
        return std::nullopt;
    }
    const auto target = message.target();
    if (auto parsed = parse_target({target.data(), target.size()}, request); !parsed) {
        refusal_ = Refusal{400, std::move(parsed.error().message)};
        return std::nullopt;
    }
    request.body = std::move(message.body());
    return request;
}

}  // namespace vedette::net
