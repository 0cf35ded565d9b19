#include <filesystem>

#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/server_certificate.hpp"
#include "base/log.hpp"
#include "crypto/certificates.hpp"
#include "net/event_loop.hpp"
#include "net/http_server.hpp"
#include "net/shutdown.hpp"
#include "net/task_group.hpp"
#include "net/timeout.hpp"
#include "witness/ledger.hpp"
#include "witness/service.hpp"

namespace vedette::app {

namespace {

struct WitnessArguments {
    std::string folder;
    std::string address;
    std::uint16_t port = 8444;
    std::string vkey;
    std::string origin;
};

net::Awaitable<void> keep_witness_certificate(crypto::CertificateAuthority& authority,
                                              net::HttpServer& server) {
    for (;;) {
        co_await net::sleep_for(std::chrono::hours(24));
        renew_certificate(authority, {&server}, crypto::local_names());
    }
}

net::Awaitable<void> witness_until_signal(crypto::CertificateAuthority& authority, net::HttpServer& server,
                                          boost::asio::any_io_executor executor) {
    net::TaskGroup tasks(executor, "witness");
    tasks.spawn(keep_witness_certificate(authority, server));
    const int signal = co_await net::shutdown_signal();
    log::info("signal {}: stopping", signal);
    co_await tasks.stop();
    co_await server.stop(std::chrono::seconds(3));
}

Result<> serve_witness(const WitnessArguments& arguments) {
    static const SystemClock clock;
    VEDETTE_TRY(witness::Ledger ledger, witness::Ledger::open(arguments.folder));
    VEDETTE_TRY(const File lock, ledger.lock());
    VEDETTE_TRY(const auto logs, ledger.logs());
    const std::string vkey = ledger.verifier().vkey();
    VEDETTE_TRY(auto authority,
                crypto::CertificateAuthority::open(std::filesystem::path(arguments.folder) / "tls", clock));
    VEDETTE_TRY(const auto certificate, authority.server_certificate(crypto::local_names()));
    net::EventLoop loop("witness");
    VEDETTE_TRY(
        const auto server,
        net::HttpServer::start(
            loop.executor(),
            {.address = arguments.address, .port = arguments.port, .limits = witness::service_limits()},
            certificate, witness::make_service(std::move(ledger), clock)));
    fmt::print(
        "The witness is ready: https://localhost:{}/\n  {} log{} known (vedette witness trust)\n"
        "Its public key: {}\n",
        server->port(), logs.size(), logs.size() == 1 ? " is" : "s are", vkey);
    std::fflush(stdout);
    loop.run_until(witness_until_signal(authority, *server, loop.executor()));
    return {};
}

Result<> trust_log(const WitnessArguments& arguments) {
    VEDETTE_TRY(const auto log, crypto::NoteVerifier::parse_line(arguments.vkey));
    VEDETTE_TRY(witness::Ledger ledger, witness::Ledger::open(arguments.folder));
    VEDETTE_CHECK(ledger.trust(log));
    fmt::print("Checkpoints of {} will be cosigned.\n", log.name);
    return {};
}

Result<> list_logs(const WitnessArguments& arguments) {
    VEDETTE_TRY(const witness::Ledger ledger, witness::Ledger::open(arguments.folder));
    VEDETTE_TRY(const auto logs, ledger.logs());
    fmt::print("witness  {}\n", ledger.verifier().vkey());
    for (const witness::Listed& each : logs) {
        fmt::print("log      {}\n", each.known.log.vkey());
        if (each.known.last)
            fmt::print("         {} entries, cosigned {}\n", each.known.last->size,
                       to_rfc3339(from_unix_seconds(static_cast<std::int64_t>(each.cosigned_at))));
        else
            fmt::print("         nothing cosigned yet\n");
    }
    return {};
}

Result<> begin_log_anew(const WitnessArguments& arguments) {
    static const SystemClock clock;
    VEDETTE_TRY(witness::Ledger ledger, witness::Ledger::open(arguments.folder));
    VEDETTE_CHECK(ledger.begin_anew(arguments.origin, clock.utc_now()));
    fmt::print("Any checkpoint of {} will be cosigned next. The last one was set aside.\n", arguments.origin);
    return {};
}

}  // namespace

void add_witness(CLI::App& cli, int& exit_code) {
    auto arguments = std::make_shared<WitnessArguments>();
    CLI::App* witness =
        cli.add_subcommand("witness", "Watch over the signed logs of others, and cosign what they sign");
    witness->require_subcommand(1);
    const auto add = [&](const char* name, const char* description,
                         Result<> (*run)(const WitnessArguments&)) {
        CLI::App* command = witness->add_subcommand(name, description);
        command->add_option("--data", arguments->folder, "Directory of the witness: its key, and what it saw")
            ->required();
        command->callback([arguments, run, &exit_code] {
            const auto done = run(*arguments);
            exit_code = done ? 0 : complain(done.error());
        });
        return command;
    };
    CLI::App* serve = add("serve", "Run the witness, in the foreground", serve_witness);
    serve->add_option("--port", arguments->port, "TCP port")->capture_default_str();
    serve->add_option("--bind", arguments->address,
                      "Address to listen on; all addresses when it is left out");
    add("trust", "Take checkpoints of one more log; also beside a witness that runs", trust_log)
        ->add_option("--vkey", arguments->vkey, "The log's public key: tlog/vkey, or hub/audit.vkey")
        ->required();
    add("list", "The witness's own public key, the logs, and what was cosigned last", list_logs);
    add("begin-anew", "Take a log that does not go on from what was cosigned, as after a restored backup",
        begin_log_anew)
        ->add_option("--log", arguments->origin, "The log's name, as list shows it before its first +")
        ->required();
}

}  // namespace vedette::app
