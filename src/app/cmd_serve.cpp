#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include "app/commands.hpp"
#include "app/device_port.hpp"
#include "app/server_certificate.hpp"
#include "app/witnessing.hpp"
#include "backup/restore.hpp"
#include "base/log.hpp"
#include "crypto/certificates.hpp"
#include "gateway/gateway.hpp"
#include "hub/hub.hpp"
#include "keystore/ask.hpp"
#include "net/event_loop.hpp"
#include "net/http_server.hpp"
#include "net/outgoing.hpp"
#include "net/shutdown.hpp"
#include "net/task_group.hpp"
#include "net/timeout.hpp"
#include "simulate/farm.hpp"
#include "webauthn/ceremony.hpp"
#include "wire/link.hpp"

namespace vedette::app {

namespace {

constexpr std::chrono::seconds stop_grace{3};
constexpr std::chrono::hours certificate_check{24};
constexpr std::chrono::seconds certificate_files_check{10};

struct ServeArguments {
    std::string data_dir;
    std::string address;
    std::vector<std::string> camera_interfaces;
    std::vector<std::string> witnesses;
    std::vector<std::string> media;  ///< NAME=DIR of further disks
    std::string archive;             ///< NAME=DIR or NAME=s3://...; empty: none
    unsigned archive_after_days = 30;
    std::vector<std::string> names;  ///< by which browsers come, perhaps with a port
    std::string certificate;         ///< PEM file; empty: of the own authority
    std::string certificate_key;     ///< PEM file; empty: in `certificate`, too
    std::uint16_t port = 8443;
    std::string device_listen;         ///< [ADDRESS:]PORT; empty: nowhere
    std::uint16_t camera_port = 8554;  ///< demo
    unsigned cameras = 4;              ///< demo
    unsigned keep_free_percent = 5;
    unsigned keep_names_days = 365;
    bool local_cameras = false;
};

/// Creates the data directory, and says in one sentence why it can't be used.
Result<> prepare_data_dir(const std::filesystem::path& path) {
    std::error_code error;
    const bool made = std::filesystem::create_directories(path, error);
    if (!error && made) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    if (!error && !std::filesystem::is_directory(path))
        error = std::make_error_code(std::errc::not_a_directory);
    if (!error && access(path.c_str(), W_OK | X_OK) != 0) error.assign(errno, std::generic_category());
    if (error)
        return fail(fail_errno(error.value(), "").error().kind,
                    "the data directory {} can't be used: {}; choose another with --data", path.string(),
                    error.message());
    return {};
}

// Where browsers come by the names that were given, to a server that listens on `port`. Error: invalid_input,
// when one of them is no host name.
Result<std::vector<webauthn::Place>> given_places(const ServeArguments& arguments, std::uint16_t port) {
    std::vector<webauthn::Place> places;
    for (const std::string& name : arguments.names) {
        const bool has_port = name.find(':') != std::string::npos;
        auto place = has_port ? webauthn::place_of(name) : webauthn::place_of(name, port);
        if (!place)
            return fail(ErrorKind::invalid_input,
                        "{} is no host name; write --name cameras.example.com, or "
                        "cameras.example.com:443 where browsers come by another port",
                        name);
        places.push_back(std::move(*place));
    }
    return places;
}

// The names of this machine, then those that were given. Errors as given_places().
Result<std::vector<webauthn::Place>> places_of(const ServeArguments& arguments, std::uint16_t port) {
    std::vector<webauthn::Place> places;
    for (const std::string& name : crypto::local_names())
        if (auto place = webauthn::place_of(name, port)) places.push_back(std::move(*place));
    VEDETTE_TRY(auto given, given_places(arguments, port));
    std::ranges::move(given, std::back_inserter(places));
    return places;
}

// For the certificate, addresses too.
Result<std::vector<std::string>> names_of(const ServeArguments& arguments) {
    std::vector<std::string> names = crypto::local_names();
    VEDETTE_TRY(auto places, places_of(arguments, arguments.port));
    for (webauthn::Place& place : places)
        if (std::ranges::find(names, place.rp_id) == names.end()) names.push_back(std::move(place.rp_id));
    return names;
}

// What the machine is called may change.
net::Awaitable<void> keep_names(const ServeArguments& arguments, net::HttpServer& server, hub::Hub& hub) {
    for (;;) {
        co_await net::sleep_for(certificate_check);
        if (auto places = places_of(arguments, server.port())) hub.serve_at(std::move(*places));
    }
}

net::Awaitable<void> keep_certificate(const ServeArguments& arguments,
                                      crypto::CertificateAuthority& authority, const Servers& servers) {
    for (;;) {
        co_await net::sleep_for(certificate_check);
        if (const auto names = names_of(arguments)) renew_certificate(authority, servers, *names);
    }
}

net::Awaitable<void> keep_certificate(CertificateFiles& files, const Clock& clock, const Servers& servers) {
    for (;;) {
        co_await net::sleep_for(certificate_files_check);
        files.refresh(servers, clock.utc_now());
    }
}

/// Whose certificate is shown: exactly one of them is used.
struct CertificateSource {
    crypto::CertificateAuthority authority;
    std::optional<CertificateFiles> files;
};

Result<crypto::ServerCertificate> first_certificate(CertificateSource& source,
                                                    const ServeArguments& arguments, const Clock& clock) {
    if (!source.files) {
        VEDETTE_TRY(const auto names, names_of(arguments));
        return source.authority.server_certificate(names);
    }
    // This machine's own names and addresses are nobody's business outside; those that were given are.
    VEDETTE_TRY(const auto given, given_places(arguments, arguments.port));
    std::vector<std::string> names;
    for (const webauthn::Place& place : given) names.push_back(place.rp_id);
    return source.files->load(clock.utc_now(), names);
}

Result<std::vector<witness::Address>> witnesses_of(const ServeArguments& arguments) {
    std::vector<witness::Address> witnesses;
    for (const std::string& text : arguments.witnesses) {
        VEDETTE_TRY(witness::Address address, witness::parse_address(text));
        if (!address.place)
            return fail(ErrorKind::invalid_input, "--witness needs an address: https://HOST:PORT=KEY");
        witnesses.push_back(std::move(address));
    }
    return witnesses;
}

Result<std::vector<gateway::MediaPlace>> media_of(const ServeArguments& arguments) {
    std::vector<gateway::MediaPlace> places;
    for (const std::string& text : arguments.media) {
        const auto at = text.find('=');
        if (at == std::string::npos || at == 0 || at + 1 == text.size())
            return fail(ErrorKind::invalid_input,
                        "--media needs a name and a directory: --media disk2=/mnt/disk2");
        std::error_code error;
        std::filesystem::path folder = std::filesystem::absolute(text.substr(at + 1), error);
        if (error) return fail_errno(error.value(), text);
        places.push_back({text.substr(0, at), folder.lexically_normal()});
    }
    return places;
}

Result<std::optional<gateway::MediaPlace>> archive_of(const ServeArguments& arguments) {
    if (arguments.archive.empty()) return std::nullopt;
    const auto at = arguments.archive.find('=');
    if (at == std::string::npos || at == 0 || at + 1 == arguments.archive.size())
        return fail(ErrorKind::invalid_input,
                    "--archive needs a name and a directory or address: --archive "
                    "old=s3://archive.example/bucket");
    std::string where = arguments.archive.substr(at + 1);
    if (!where.starts_with("s3://")) {
        std::error_code error;
        where = std::filesystem::absolute(where, error).lexically_normal();
        if (error) return fail_errno(error.value(), where);
    }
    return gateway::MediaPlace{arguments.archive.substr(0, at), std::move(where)};
}

// To standard output: what the person who started the program needs next.
void greet(const ServeArguments& arguments, const net::HttpServer& server, const CertificateSource& source,
           std::optional<std::string_view> claim_code) {
    const std::string host = arguments.names.empty() ? "localhost" : arguments.names.front();
    const bool has_port = host.contains(':');
    std::printf("\nVedette is ready: https://%s%s/\n", host.c_str(),
                has_port ? "" : fmt::format(":{}", server.port()).c_str());
    if (source.files)
        std::printf("Its certificate is that of %s\n  (SHA-256 %s, until %s).\n",
                    source.files->certificate().c_str(), source.files->info().fingerprint.c_str(),
                    to_rfc3339(source.files->info().not_after).c_str());
    else if (const auto info = source.authority.info())
        std::printf(
            "Its certificate comes from its own authority, %s/hub/ca.pem\n  (SHA-256 %s);\n"
            "  import that file into your browser, or confirm its warning once.\n",
            arguments.data_dir.c_str(), info->fingerprint.c_str());
    if (claim_code)
        std::printf("Claim code: %.*s\n  (create the first administrator with it)\n",
                    static_cast<int>(claim_code->size()), claim_code->data());
    std::printf("\n");
    std::fflush(stdout);
}

net::Awaitable<void> start_gateway(gateway::Gateway& gateway) {
    gateway.start();
    co_return;
}

net::Awaitable<void> run_until_signal(const ServeArguments& arguments, CertificateSource& source,
                                      const Clock& clock, const Servers& servers, hub::Hub& hub,
                                      boost::asio::any_io_executor executor) {
    net::TaskGroup tasks(executor, "serve");
    tasks.spawn(keep_names(arguments, *servers.front(), hub));
    if (source.files)
        tasks.spawn(keep_certificate(*source.files, clock, servers));
    else
        tasks.spawn(keep_certificate(arguments, source.authority, servers));
    const int signal = co_await net::shutdown_signal();
    log::info("signal {}: stopping", signal);
    co_await tasks.stop();
    co_await hub.stop();
    for (net::HttpServer* server : servers) co_await server->stop(stop_grace);
}

/// Hub and gateway in one process, each on its own loop, joined by the in-memory link.
Result<> serve(const ServeArguments& arguments, std::vector<wire::CameraSettings> cameras) {
    VEDETTE_CHECK(net::restrict_outgoing(arguments.camera_interfaces));
    if (!arguments.local_cameras) net::keep_off_this_machine();
    if (!arguments.camera_interfaces.empty() && net::kernel_forwards())
        log::warn(
            "this machine passes packets on between its networks (net.ipv4.ip_forward is 1): cameras may "
            "reach "
            "others past Vedette. Set it to 0 unless something else here is a router");
    VEDETTE_CHECK(given_places(arguments, arguments.port));
    VEDETTE_TRY(const auto witnesses, witnesses_of(arguments));
    VEDETTE_TRY(auto disks, media_of(arguments));
    VEDETTE_TRY(auto archive, archive_of(arguments));
    VEDETTE_TRY(auto for_devices, device_options(arguments.device_listen, arguments.address));
    VEDETTE_CHECK(prepare_data_dir(arguments.data_dir));
    VEDETTE_CHECK(backup::settle(arguments.data_dir));
    static const SystemClock clock;
    net::EventLoop hub_loop("hub");
    net::EventLoop gateway_loop("gateway");
    const auto link = wire::make_memory_link(hub_loop.executor(), gateway_loop.executor());

    keystore::SystemSecrets secrets;
    VEDETTE_TRY(const auto gateway,
                gateway::Gateway::open({.data_dir = arguments.data_dir,
                                        .keep_free_percent = arguments.keep_free_percent,
                                        .places = std::move(disks),
                                        .archive = std::move(archive),
                                        .archive_after_days = arguments.archive_after_days,
                                        .secrets = &secrets,
                                        .version = VEDETTE_VERSION},
                                       clock, gateway_loop.executor(), link.gateway));
    VEDETTE_CHECK(gateway->provision(std::move(cameras)));
    VEDETTE_TRY(auto authority,
                crypto::CertificateAuthority::open(std::filesystem::path(arguments.data_dir) / "hub", clock));
    CertificateSource source{std::move(authority), {}};
    if (!arguments.certificate.empty())
        source.files.emplace(arguments.certificate, arguments.certificate_key);
    VEDETTE_TRY(const auto certificate, first_certificate(source, arguments, clock));
    const auto submissions = std::make_shared<witness::Submissions>(
        witness::SubmissionOptions{.data = arguments.data_dir},
        std::vector{recordings_log(arguments.data_dir), audit_log(arguments.data_dir)}, witnesses, clock,
        hub_loop.executor());
    VEDETTE_TRY(const auto hub, hub::Hub::open({.data_dir = arguments.data_dir,
                                                .version = VEDETTE_VERSION,
                                                .web_assets = hub::api::compiled_web_assets(),
                                                .keep_personal = std::chrono::days(arguments.keep_names_days),
                                                .witnesses = submissions,
                                                .strict_transport = source.files.has_value()},
                                               clock, hub_loop.executor(), link.hub));
    VEDETTE_TRY(const auto server, net::HttpServer::start(hub_loop.executor(),
                                                          {.address = arguments.address,
                                                           .port = arguments.port,
                                                           .limits = {},
                                                           .refuse = hub::Hub::refusal_writer()},
                                                          certificate, hub->handler()));

    Servers servers{server.get()};
    std::unique_ptr<net::HttpServer> device_server;
    if (for_devices) {
        VEDETTE_TRY(device_server, net::HttpServer::start(hub_loop.executor(), std::move(*for_devices),
                                                          certificate, hub->device_handler()));
        servers.push_back(device_server.get());
        log::info("devices that have certificates come by port {}", device_server->port());
    }
    VEDETTE_TRY(auto places, places_of(arguments, server->port()));
    hub->serve_at(std::move(places));
    gateway_loop.start();
    gateway_loop.run_on_thread(start_gateway(*gateway));
    greet(arguments, *server, source, hub->claim_code());
    hub_loop.run_until(run_until_signal(arguments, source, clock, servers, *hub, hub_loop.executor()));
    gateway_loop.run_on_thread(gateway->stop());
    log::info("stopped in good order");
    return {};
}

Result<> demo(const ServeArguments& arguments) {
    simulate::FarmOptions options;
    options.port = arguments.camera_port;
    options.cameras = arguments.cameras;
    VEDETTE_TRY(const auto farm, simulate::Farm::start(std::move(options)));
    static constexpr std::string_view names[] = {"Front door", "Loading bay", "Car park", "Reception"};
    std::vector<wire::CameraSettings> cameras;
    for (unsigned i = 1; i <= arguments.cameras; ++i) {
        wire::CameraSettings settings;
        settings.name = i <= std::size(names) ? std::string(names[i - 1]) : fmt::format("Camera {}", i);
        settings.main_url = farm->url(i);
        settings.sub_url = farm->url(i, media::StreamKind::sub);
        cameras.push_back(std::move(settings));
    }
    return serve(arguments, std::move(cameras));
}

int report(const Result<>& result) {
    if (result) return 0;
    log::error("{}", result.error().message);
    return 1;
}

void add_common_options(CLI::App& command, ServeArguments& arguments) {
    command.add_option("--data", arguments.data_dir, "Directory for keys, recordings and settings")
        ->capture_default_str();
    command.add_option("--port", arguments.port, "TCP port of the web client and the API")
        ->capture_default_str();
    command.add_option("--bind", arguments.address,
                       "Address to listen on; all addresses when it is left out");
    command
        .add_option("--keep-free", arguments.keep_free_percent,
                    "Percent of the disk that the oldest recordings make room for; 0: none is deleted for it")
        ->capture_default_str()
        ->check(CLI::Range(0, 90));
    command
        .add_option("--keep-names", arguments.keep_names_days,
                    "Days that the audit log keeps names, addresses and details; what was done stays")
        ->capture_default_str()
        ->check(CLI::Range(1, 3650));
    command
        .add_option("--witness", arguments.witnesses,
                    "https://HOST:PORT=KEY of a witness that is to cosign what is signed here; may be given "
                    "several times")
        ->allow_extra_args(false);
}

}  // namespace

void add_serve(CLI::App& cli, int& exit_code) {
    auto arguments = std::make_shared<ServeArguments>();
    arguments->data_dir = "vedette-data";
    CLI::App* command = cli.add_subcommand("serve", "Run hub and gateway in one process");
    add_common_options(*command, *arguments);
    command
        ->add_option("--name", arguments->names,
                     "Host name by which browsers reach this machine, besides its own, with :PORT where that "
                     "is another one; may be given several times")
        ->allow_extra_args(false);
    CLI::Option* certificate = command->add_option("--certificate", arguments->certificate,
                                                   "PEM file with a certificate of your own, its issuers "
                                                   "behind it, which browsers are shown instead of that of "
                                                   "Vedette's authority; read again when it changes");
    command
        ->add_option(
            "--certificate-key", arguments->certificate_key,
            "PEM file with its private key, without a passphrase; left out when it is in --certificate")
        ->needs(certificate);
    command->add_option("--device-listen", arguments->device_listen,
                        "[ADDRESS:]PORT where devices sign in by their certificates (mutual TLS); nowhere, "
                        "when it is left out");
    command
        ->add_option("--media", arguments->media,
                     "NAME=DIR of another disk for recordings; may be given several times. The data "
                     "directory then takes what no other disk does")
        ->allow_extra_args(false);
    CLI::Option* const archive = command->add_option(
        "--archive", arguments->archive, "NAME=DIR, or NAME=s3://HOST/BUCKET, where old recordings go");
    command->add_option("--archive-after", arguments->archive_after_days, "Days until recordings go there")
        ->capture_default_str()
        ->check(CLI::Range(1, 3650))
        ->needs(archive);
    command
        ->add_option(
            "--camera-interface", arguments->camera_interfaces,
            "Network interface by which cameras may be reached; may be given several times. Any, when "
            "it is left out")
        ->allow_extra_args(false);
    command->add_flag("--allow-local-cameras", arguments->local_cameras,
                      "Cameras may be programs on this machine, at loopback or its own addresses");
    command->callback([arguments, &exit_code] { exit_code = report(serve(*arguments, {})); });
}

void add_demo(CLI::App& cli, int& exit_code) {
    auto arguments = std::make_shared<ServeArguments>();
    arguments->data_dir = "demo-data";
    arguments->local_cameras = true;  // the simulated ones
    CLI::App* command = cli.add_subcommand("demo", "As serve, with simulated cameras");
    add_common_options(*command, *arguments);
    command->add_option("--camera-port", arguments->camera_port, "TCP port of the simulated cameras")
        ->capture_default_str();
    command->add_option("--cameras", arguments->cameras, "Number of simulated cameras")
        ->capture_default_str()
        ->check(CLI::Range(1, 64));
    command->callback([arguments, &exit_code] { exit_code = report(demo(*arguments)); });
}

}  // namespace vedette::app
