#pragma once
// Logging: one line per event, to standard error, through spdlog. Never log a Secret, a URL with credentials
// or a request body. `log::info("camera {}: connected", name)`.

#include <spdlog/spdlog.h>

namespace vedette::log {

using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::warn;

/// Call once, from main. `level` is one of debug, info, warn, error.
void start(spdlog::level::level_enum level);

}  // namespace vedette::log
