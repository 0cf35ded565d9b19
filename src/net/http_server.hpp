#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>

#include "crypto/certificates.hpp"
#include "net/http.hpp"
#include "net/http_limits.hpp"

namespace vedette::net {

struct HttpServerOptions {
    std::string address;        ///< an IPv4 or IPv6 address, or empty for all addresses of both families
    std::uint16_t port = 8443;  ///< 0: any free one
    HttpLimits limits;
    /// Requests bring the certificate of their client, where it showed one.
    bool ask_for_certificates = false;
    std::string_view port_option = "--port";  ///< for sentences that say how to choose another
    RefusalWriter refuse = {};                ///< without one, refusals are plain text
};

/// HTTPS (TLS 1.2 and 1.3, HTTP/1.1) and WebSocket on one port. Use from the executor's thread.
class HttpServer {
  public:
    /// Listens and begins to accept. Errors: `conflict` when the port is in use, `forbidden` when it may not
    /// be used, `invalid_input` for a bad address or certificate; each says what to do.
    static Result<std::unique_ptr<HttpServer>> start(boost::asio::any_io_executor executor,
                                                     HttpServerOptions options,
                                                     const crypto::ServerCertificate& certificate,
                                                     RequestHandler handler);
    /// Cancels without waiting; co_await stop() before.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::uint16_t port() const;
    std::size_t connections() const;
    /// For connections accepted from now on.
    Result<> use_certificate(const crypto::ServerCertificate& certificate);
    /// Accepts no more, closes idle connections, gives running requests `grace` to end, cancels the rest.
    Awaitable<void> stop(std::chrono::nanoseconds grace);

  private:
    struct State;
    explicit HttpServer(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace vedette::net
