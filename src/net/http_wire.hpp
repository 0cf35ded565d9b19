#pragma once
// Inside of the server: how a response's head is written. No I/O.

#include <optional>
#include <string>

#include "net/http.hpp"

namespace vedette::net {

enum class Framing { none, content_length, chunked, until_close };

struct ResponseHead {
    unsigned status = 200;
    Framing framing = Framing::none;
    std::size_t content_length = 0;
    bool keep_alive = true;
};

/// Status line and headers, with Date, Content-Length or Transfer-Encoding, and Connection. The server's own
/// headers among `headers` are left out. Error `internal` when one would break the line structure.
Result<std::string> response_head(const ResponseHead& head, const std::vector<Header>& headers);

/// True when a comma-separated header lists `token`, in either case.
bool lists_token(std::string_view list, std::string_view token);

/// The handshake's answer (RFC 6455 section 4.2.2), with `headers` of the handler.
Result<std::string> websocket_response_head(std::string_view key, const std::vector<Header>& headers);

enum class WebSocketRequest { no, yes, malformed };
WebSocketRequest websocket_request(const Request& request);

}  // namespace vedette::net
