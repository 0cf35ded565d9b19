#pragma once
// Gives up what a process does not need, before it looks at foreign bytes. Linux.

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace vedette::sandbox {

/// What the kernel granted. Capabilities, no_new_privs and the filter of system calls are not here: without
/// them enter() fails.
struct Report {
    bool empty_network = false;  ///< a network namespace of its own, without interfaces
    int landlock_abi = 0;        ///< 0: this kernel has no Landlock

    /// "seccomp, Landlock 7, empty network namespace"
    std::string text() const;
};

/// Bytes of data that a process may take beyond what it has when it enters. The default is for the camera
/// process: a thousand streams need less than 1 GiB.
inline constexpr std::uint64_t usual_further_bytes = std::uint64_t{2} << 30;

/// Leaves the calling thread's process able to read, write and wait on the descriptors that it has, and those
/// that it is given through a Unix socket; no file can be opened, no socket made or connected, no program
/// started, no process touched. For ever. It ends with the thread that started it. The process must have one
/// thread. docs/design/trust.md holds the order. `internal` when what can't be done without was refused; the
/// process must end then.
Result<Report> enter(std::uint64_t further_bytes = usual_further_bytes);

/// The parts of enter(), for their tests.
bool leave_network();
Result<> drop_privileges(std::uint64_t further_bytes = usual_further_bytes);
int deny_files();
Result<> filter_system_calls();

}  // namespace vedette::sandbox
