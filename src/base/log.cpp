#include "base/log.hpp"

#include <exception>
#include <utility>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "base/one_line.hpp"

namespace vedette::log {

namespace {

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
        case Level::off:
            break;
    }
    return spdlog::level::off;
}

}  // namespace

void start(Level level) {
    auto logger = spdlog::stderr_color_mt("vedette");
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
    logger->set_level(to_spdlog(level));
    spdlog::set_default_logger(std::move(logger));
}

void set_level(Level level) {
    spdlog::set_level(to_spdlog(level));
}

void write(Level level, fmt::string_view format, fmt::format_args arguments) noexcept {
    spdlog::logger& logger = *spdlog::default_logger_raw();
    if (!logger.should_log(to_spdlog(level))) return;
    try {
        logger.log(to_spdlog(level), spdlog::string_view_t(on_one_line(fmt::vformat(format, arguments))));
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): there is nowhere left to say it
        // out of memory: the line is lost, what it is about goes on
    }
}

}  // namespace vedette::log
