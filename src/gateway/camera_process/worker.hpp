#pragma once
// The camera process: reads what all cameras send. Started by the main process, never by a person.

namespace vedette::gateway::camera_process {

/// What stands in the argument list of a program that is started for this. Not a command: what is needed
/// comes through the descriptor sandbox::child_channel.
inline constexpr const char* worker_word = "camera-process";

/// Runs until the main process is gone, and ends the process. Call it before any thread is started.
[[noreturn]] void run_worker();

}  // namespace vedette::gateway::camera_process
