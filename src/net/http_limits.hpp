#pragma once

#include <chrono>
#include <cstddef>

namespace vedette::net {

/// What one client may cost. The defaults are what the program runs with; tests shorten the times.
struct HttpLimits {
    std::size_t header_bytes = 16 * 1024;       ///< request line and headers; above: 431
    std::size_t body_bytes = 1024 * 1024;       ///< above: 413
    std::size_t connections = 1024;             ///< above: closed after accept
    std::size_t connections_per_address = 128;  ///< one address may be a proxy or a whole office
    std::size_t websocket_message_bytes = 1024 * 1024;
    std::size_t websocket_queue_bytes = 32 * 1024 * 1024;  ///< a reader further behind is disconnected
    std::chrono::milliseconds handshake{10'000};           ///< TLS
    std::chrono::milliseconds header{10'000};  ///< from a request's first byte to the end of its headers
    std::chrono::milliseconds body{60'000};    ///< from there to the end of its body
    std::chrono::milliseconds idle{75'000};    ///< between requests
    std::chrono::milliseconds write{30'000};   ///< for each piece of output, at most 256 KiB
    std::chrono::milliseconds websocket_ping{20'000};  ///< silence after which we ask
    std::chrono::milliseconds websocket_idle{45'000};  ///< silence after which we close
    std::chrono::milliseconds close{5'000};            ///< for the WebSocket's closing handshake
    std::chrono::milliseconds linger{1'000};           ///< for the client to read our last response
};

}  // namespace vedette::net
