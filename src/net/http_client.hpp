#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"
#include "net/tcp.hpp"

namespace vedette::net {

/// What an answer may cost us.
struct HttpClientLimits {
    std::size_t header_bytes = 16 * 1024;
    std::size_t body_bytes = 1024 * 1024;
};

/// One request of ours. Content-Length and Connection are added.
struct HttpCall {
    Method method = Method::post;
    std::string host;    ///< the header Host
    std::string target;  ///< path and query, begins with '/'
    std::vector<Header> headers;
    std::string body;
};

struct HttpAnswer {
    unsigned status = 0;
    std::vector<Header> headers;
    std::string body;

    /// The values of all headers of that name (case-insensitive), valid as long as this.
    std::vector<std::string_view> values(std::string_view name) const;
};

/// Sends `call` and reads its answer, after which the stream is of no further use (Connection: close).
/// Redirects are answers like others; none is followed. The caller sets the time limit. Errors:
/// `invalid_input` when the call can't be written on its lines, `corrupt` for an answer that is no HTTP,
/// `exhausted` beyond a limit, `unavailable` when the connection breaks.
Awaitable<Result<HttpAnswer>> call_http(TcpStream& stream, HttpCall call, HttpClientLimits limits);

/// The part of call_http() after the request was written: for bodies that are sent in pieces.
Awaitable<Result<HttpAnswer>> read_http_answer(TcpStream& stream, HttpClientLimits limits);

}  // namespace vedette::net
