#include <csignal>
#include <string_view>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "app/commands.hpp"
#include "base/log.hpp"
#include "gateway/camera_process/worker.hpp"
#include "gateway/decoder/worker.hpp"

namespace {

// Keys and plaintext video are in memory: no core dump, no reading by other processes of the same user.
void protect_process() {
    const rlimit none{};
    setrlimit(RLIMIT_CORE, &none);
#if !__has_feature(address_sanitizer)  // the leak check has to trace its own process
    prctl(PR_SET_DUMPABLE, 0);
#endif
    umask(027);                     // what we write is nobody else's to read
    std::signal(SIGPIPE, SIG_IGN);  // a closed connection is an error value, not a signal
}

// Every camera needs a connection and an open segment per stream; the soft limit of 1024 is there for
// programs that use select().
void raise_file_limit() {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    constexpr rlim_t enough_files = 4096;
    if (files.rlim_max < enough_files)
        vedette::log::warn(
            "this process may open {} files, which is enough for about {} cameras: raise the limit "
            "(LimitNOFILE= "
            "of a systemd unit, ulimit -Hn in a shell)",
            files.rlim_max, files.rlim_max / 5);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace vedette;
    protect_process();
    // How `serve` starts its other processes; not commands for people.
    if (argc == 2 && std::string_view(argv[1]) == gateway::camera_process::worker_word)
        gateway::camera_process::run_worker();
    if (argc == 2 && std::string_view(argv[1]) == gateway::decoder::worker_word)
        gateway::decoder::run_worker();

    CLI::App cli("Vedette: secure video from cameras and shared screens");
    cli.set_version_flag("--version", "vedette " VEDETTE_VERSION);
    cli.require_subcommand(1);
    int exit_code = 0;
    bool verbose = false;
    cli.add_flag("--verbose", verbose, "Log what happens in detail");
    cli.parse_complete_callback([&] {
        log::start(verbose ? log::Level::debug : log::Level::info);
        raise_file_limit();
    });

    // Subcommands, in the order in which --help shows them.
    app::add_serve(cli, exit_code);
    app::add_demo(cli, exit_code);
    app::add_vault(cli, exit_code);
    app::add_audit(cli, exit_code);
    app::add_keys(cli, exit_code);
    app::add_backup(cli, exit_code);
    app::add_restore(cli, exit_code);
    app::add_witness(cli, exit_code);
    app::add_simulate(cli, exit_code);

    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = cli.exit(error);
        return code == 0 ? 0 : 2;
    }
    return exit_code;
}
