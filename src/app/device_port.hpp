#pragma once
// The port where devices sign in by their certificates.

#include <optional>
#include <string>

#include "net/http_server.hpp"

namespace vedette::app {

/// Of `listen`, [ADDRESS:]PORT; at `address` (empty: all) where it names none. nullopt when `listen` is
/// empty: nowhere. Error: invalid_input, which says how to write it.
Result<std::optional<net::HttpServerOptions>> device_options(std::string_view listen,
                                                             const std::string& address);

}  // namespace vedette::app
