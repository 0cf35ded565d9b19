#pragma once
// The decoder process: decodes key frames of recordings. Started by the main process, never by a person.

namespace vedette::gateway::decoder {

/// What stands in the argument list of a program that is started for this. Not a command.
inline constexpr const char* worker_word = "decoder-process";

/// Runs until the main process is gone, and ends the process. Call it before any thread is started.
[[noreturn]] void run_worker();

}  // namespace vedette::gateway::decoder
