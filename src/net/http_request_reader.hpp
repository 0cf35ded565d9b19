#pragma once
// Inside of the server: one request out of a connection's bytes (RFC 9112). No I/O.

#include <memory>
#include <optional>
#include <string>

#include "net/http.hpp"
#include "net/http_limits.hpp"

namespace vedette::net {

/// Why a request is answered before any handler sees it.
struct Refusal {
    unsigned status = 400;  ///< 400, 413 or 431
    std::string detail;     ///< one sentence
};

class RequestReader {
  public:
    explicit RequestReader(const HttpLimits& limits);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    /// Takes what it can of `input`, which is all that came and was not taken before. The number of bytes
    /// taken: a header is taken whole or not at all.
    std::size_t put(ByteView input);
    /// Set once the request can't be served; put() is not called after that.
    const std::optional<Refusal>& refusal() const { return refusal_; }
    bool header_done() const;
    bool done() const;
    /// The client waits for "100 Continue" before it sends the body (RFC 9110 section 10.1.1).
    bool expects_continue() const;
    bool keep_alive() const;
    bool http10() const;
    /// The request, when done(). Sets refusal() when its host or target is none.
    std::optional<Request> take(std::string peer_address);

  private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
    std::size_t header_bytes_;
    std::optional<Refusal> refusal_;
};

}  // namespace vedette::net
