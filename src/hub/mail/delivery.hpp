#pragma once

#include <chrono>
#include <string>

#include "hub/mail/server.hpp"
#include "net/http.hpp"

namespace vedette::hub::mail {

/// Hands one composed message to `server`, which is judged by its certificate before anything is said to it;
/// all within `limit`. Errors are one sentence that begins with the server.
net::Awaitable<Result<>> deliver(Server server, std::string to, std::string data,
                                 std::chrono::nanoseconds limit);

}  // namespace vedette::hub::mail
