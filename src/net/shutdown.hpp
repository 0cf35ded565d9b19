#pragma once

#include "net/http.hpp"

namespace vedette::net {

/// Waits for SIGINT or SIGTERM and gives its number. A second such signal, once this has returned, ends the
/// process at once: somebody is impatient.
Awaitable<int> shutdown_signal();

}  // namespace vedette::net
