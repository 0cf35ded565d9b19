#pragma once
// One function per subcommand, each in its own cmd_*.cpp. It adds the subcommand to the command line; the
// callback runs it and sets the process's exit code: 0 done, 1 failed (one sentence on standard error), 2
// wrong usage.

#include <CLI/CLI.hpp>

namespace vedette::app {

void add_serve(CLI::App& cli, int& exit_code);
void add_demo(CLI::App& cli, int& exit_code);
void add_vault(CLI::App& cli, int& exit_code);
void add_keys(CLI::App& cli, int& exit_code);
void add_simulate(CLI::App& cli, int& exit_code);

}  // namespace vedette::app
