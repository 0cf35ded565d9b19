#pragma once
// Inside of the server: one accepted connection.

#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "net/http.hpp"
#include "net/http_limits.hpp"

namespace boost::asio::ssl {
class context;  // NOLINT(readability-identifier-naming): Asio's name
}

namespace vedette::net {

/// What a server does with requests; `refuse` is set.
struct HttpService {
    RequestHandler answer;
    RefusalWriter refuse;
};

class HttpConnection {
  public:
    virtual ~HttpConnection() = default;
    /// Serves requests until either side closes.
    virtual Awaitable<void> run() = 0;
    /// Ends the connection after the running request, at once when it is idle.
    virtual void finish() = 0;
};

std::shared_ptr<HttpConnection> make_http_connection(boost::asio::ip::tcp::socket socket,
                                                     std::shared_ptr<boost::asio::ssl::context> tls,
                                                     std::shared_ptr<const HttpService> service,
                                                     const HttpLimits& limits, std::string peer_address);

}  // namespace vedette::net
