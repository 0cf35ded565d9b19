#pragma once
// Logging: one line per event, to standard error. Never log a Secret, a URL with credentials or a request
// body. `log::info("camera {}: connected", name)`.

#include <cstdint>

#include <fmt/core.h>

namespace vedette::log {

enum class Level : std::uint8_t { debug, info, warn, error, off };

/// Call once, from main: from now on lines have their time and level, and those below `level` are left out.
void start(Level level);
/// From any thread.
void set_level(Level level);

/// Formats and writes one line, if `level` is not below the set one. From any thread; never throws.
void write(Level level, fmt::string_view format, fmt::format_args arguments) noexcept;

// Formatting is compiled once, in log.cpp: each of these only collects its arguments.
template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::debug, format, fmt::make_format_args(args...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::info, format, fmt::make_format_args(args...));
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::warn, format, fmt::make_format_args(args...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::error, format, fmt::make_format_args(args...));
}

}  // namespace vedette::log
