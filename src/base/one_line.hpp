#pragma once

#include <string>

namespace vedette {

/// The same text in one line: control characters, which could begin another line or steer a terminal, are
/// written as \x0a. Any thread.
std::string on_one_line(std::string text);

}  // namespace vedette
