#pragma once
// Processes of this same program that look at foreign bytes: how they are started, and how one begins.

#include <string>
#include <string_view>

#include <sys/types.h>

#include "base/file.hpp"
#include "base/result.hpp"

namespace vedette::sandbox {

/// The descriptor that a child has beside the standard ones.
inline constexpr int child_channel = 3;

/// Starts this program once more. `word` is its only argument, `channel` becomes its child_channel, and of
/// the environment it has next to nothing. `what` begins the error: "The process that reads cameras".
Result<pid_t> start_child(const File& channel, const char* word, std::string_view what);

/// "was ended by signal 9", from a status of waitpid().
std::string describe_end(int status);

/// In the child: standard input and output lead nowhere; standard error neither, but in builds for tests.
void leave_terminal();

}  // namespace vedette::sandbox
