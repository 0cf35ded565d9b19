#include "base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>

namespace vedette::log {

void start(spdlog::level::level_enum level) {
    auto logger = spdlog::stderr_color_mt("vedette");
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
    logger->set_level(level);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace vedette::log
