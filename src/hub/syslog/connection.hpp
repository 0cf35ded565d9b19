#pragma once
// One connection to a syslog server. It tells how far the server's TCP came, which is all that syslog knows
// of arriving (RFC 5425 section 5.1 and RFC 6587 have no acknowledgement of their own).

#include <chrono>
#include <string>

#include "hub/syslog/target.hpp"
#include "net/tcp.hpp"

namespace vedette::hub::syslog {

class Connection {
  public:
    /// Connects, and with TLS judges the server. Errors are one sentence that begins with the server.
    static net::Awaitable<Result<Connection>> open(Target target, std::chrono::nanoseconds limit);

    /// Writes `frames` and waits until the server's TCP has acknowledged all of them; `timeout` when that
    /// takes longer than `limit`.
    net::Awaitable<Result<>> send(std::string frames, std::chrono::nanoseconds limit);
    /// Reads away what the server says, which nobody asked for; an error when it has ended the connection.
    Result<> check();

  private:
    Connection(net::TcpStream stream, std::string where)
        : stream_(std::move(stream)), where_(std::move(where)) {}
    Result<> read_away();
    std::unexpected<Error> failure(const Error& error) const;
    net::Awaitable<Result<>> write_and_wait(const std::string& frames);

    net::TcpStream stream_;
    std::string where_;
};

}  // namespace vedette::hub::syslog
