#pragma once
// One function per subcommand, each in its own cmd_*.cpp. It adds the subcommand to the command line; the
// callback runs it and sets the process's exit code: 0 done, 1 failed (one sentence on standard error), 2
// wrong usage.

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "base/result.hpp"

namespace vedette::app {

/// Writes the error to standard error. Returns the exit code, 1.
inline int complain(const Error& error) {
    fmt::print(stderr, "vedette: {}\n", error.message);
    return 1;
}

void add_serve(CLI::App& cli, int& exit_code);
void add_demo(CLI::App& cli, int& exit_code);
void add_vault(CLI::App& cli, int& exit_code);
void add_audit(CLI::App& cli, int& exit_code);
void add_keys(CLI::App& cli, int& exit_code);
void add_backup(CLI::App& cli, int& exit_code);
void add_restore(CLI::App& cli, int& exit_code);
void add_witness(CLI::App& cli, int& exit_code);
void add_simulate(CLI::App& cli, int& exit_code);

}  // namespace vedette::app
