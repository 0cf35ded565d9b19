#include <algorithm>
#include <csignal>
#include <fstream>
#include <memory>
#include <optional>

#include "app/commands.hpp"
#include "base/log.hpp"
#include "rtsp/sdes.hpp"
#include "simulate/farm.hpp"
#include "simulate/onvif_farm.hpp"

namespace vedette::app {
namespace {

constexpr std::size_t max_password_bytes = 1024;

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): there is one, in the order of the options
struct SimulateArguments {
    std::string bind = "127.0.0.1";
    std::uint16_t port = 8554;
    unsigned cameras = 4;
    std::vector<std::string> clips;
    std::string user;
    std::string password_file;
    bool basic = false;
    bool only_basic = false;
    bool http_sign_in = false;
    std::size_t http_post_limit = 0;
    std::string tls_dir;
    std::string transport = "tcp";
    simulate::NetworkFaults network;
    std::string srtp;
    std::string srtp_suite = "AES_CM_128_HMAC_SHA1_80";
    bool srtp_mki = false;
    std::string fault;
    std::vector<std::string> quirks;
    bool list_quirks = false;
    unsigned session_timeout_seconds = 60;
    std::optional<std::uint16_t> onvif_port;
    int onvif_clock_seconds = 0;
    std::string onvif_serial;
    bool onvif_tls = false;
    bool ssdp_only = false;
    std::string onvif_upload_host;
    std::string onvif_relays = "device";
    unsigned onvif_motion_seconds = 20;
    std::string onvif_motion_source;
    bool storage = false;
    std::string outage_file;
    std::string back_channel_file;
    std::string sign;
    std::string sign_fault;
};

/// The first line of a file.
Result<Secret> read_password(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) return fail(ErrorKind::not_found, "can't read a password from {}", path);
    if (line.size() > max_password_bytes)
        return fail(ErrorKind::invalid_input, "the first line of {} is too long for a password", path);
    Secret password(line);
    std::ranges::fill(line, '\0');
    return password;
}

Result<crypto::ServerCertificate> own_certificate(const std::string& directory) {
    const SystemClock clock;
    VEDETTE_TRY(auto authority, crypto::CertificateAuthority::open(directory, clock));
    // As with many cameras it names no address of theirs: the key stays when the address changes.
    return authority.server_certificate({"localhost", "127.0.0.1"});
}

Result<std::optional<simulate::SrtpPolicy>> srtp_policy(const SimulateArguments& arguments) {
    using Keying = simulate::SrtpPolicy::Keying;
    if (arguments.srtp.empty()) return std::nullopt;
    const auto suite = rtsp::parse_srtp_suite(arguments.srtp_suite);
    if (!suite)
        return fail(ErrorKind::invalid_input,
                    "{} is no suite of SRTP: take AES_CM_128_HMAC_SHA1_80, for example",
                    arguments.srtp_suite);
    return simulate::SrtpPolicy{.keying = arguments.srtp == "mikey" ? Keying::mikey : Keying::sdes,
                                .suite = *suite,
                                .mki = arguments.srtp_mki};
}

Result<simulate::FarmOptions> farm_options(const SimulateArguments& arguments) {
    simulate::FarmOptions options;
    options.bind = arguments.bind;
    options.port = arguments.port;
    options.cameras = arguments.cameras;
    for (const std::string& clip : arguments.clips) options.clips.push_back({clip, std::nullopt});
    if (!arguments.user.empty()) {
        VEDETTE_TRY(Secret password, read_password(arguments.password_file));
        options.credentials.emplace(arguments.user, std::move(password));
    }
    options.offer_basic = arguments.basic;
    options.only_basic = arguments.only_basic;
    options.tcp = arguments.transport != "udp";
    options.udp = arguments.transport == "udp" || arguments.transport == "any";
    options.only_http = arguments.transport == "http";
    options.http_sign_in = arguments.http_sign_in;
    options.http_post_limit = arguments.http_post_limit;
    options.network = arguments.network;
    VEDETTE_TRY(options.srtp, srtp_policy(arguments));
    if (!arguments.tls_dir.empty()) {
        VEDETTE_TRY(options.tls, own_certificate(arguments.tls_dir));
    }
    VEDETTE_TRY(options.fault, simulate::parse_fault(arguments.fault));
    options.session_timeout = std::chrono::seconds(arguments.session_timeout_seconds);
    for (const std::string& name : arguments.quirks) {
        VEDETTE_TRY(options.quirks.emplace_back(), simulate::find_quirk(name));
    }
    if (!arguments.sign.empty()) {
        VEDETTE_TRY(options.signing, simulate::parse_clip_signing(arguments.sign, arguments.sign_fault));
    }
    options.storage = arguments.storage;
    options.clock_offset = std::chrono::seconds(arguments.onvif_clock_seconds);
    options.outage_file = arguments.outage_file;
    options.back_channel_file = arguments.back_channel_file;
    return options;
}

/// The JPEG beside each of the default clips; empty where there is none.
std::vector<std::string> read_snapshots() {
    std::vector<std::string> snapshots;
    const auto clips = simulate::find_default_clips();
    if (!clips) return snapshots;
    for (std::size_t camera = 1; camera <= clips->size(); ++camera) {
        const auto folder = clips->at(camera - 1).main.parent_path();
        std::ifstream file(folder / fmt::format("cam{}.jpg", camera), std::ios::binary);
        snapshots.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return snapshots;
}

simulate::OnvifRelays relays_of(std::string_view name) {
    if (name == "device-io") return simulate::OnvifRelays::device_io;
    return name == "device-io-words" ? simulate::OnvifRelays::device_io_words : simulate::OnvifRelays::device;
}

/// The farm's cameras as ONVIF devices.
Result<std::unique_ptr<simulate::OnvifFarm>> start_onvif(const SimulateArguments& arguments,
                                                         const simulate::Farm& farm,
                                                         std::shared_ptr<simulate::CameraControl> control) {
    simulate::OnvifFarmOptions options;
    options.bind = arguments.bind;
    options.port = *arguments.onvif_port;
    options.control = std::move(control);
    options.ssdp_only = arguments.ssdp_only;
    if (arguments.onvif_tls) {
        VEDETTE_TRY(options.tls, own_certificate(arguments.tls_dir));
    }
    const auto snapshots = read_snapshots();
    options.outage_file = arguments.outage_file;
    const UtcTime started = SystemClock().utc_now();
    if (!arguments.user.empty()) {
        VEDETTE_TRY(Secret password, read_password(arguments.password_file));
        options.credentials.emplace(arguments.user, std::move(password));
    }
    for (unsigned camera = 1; camera <= arguments.cameras; ++camera) {
        simulate::OnvifDevice device;
        device.number = camera;
        if (camera == 1) device.other_serial = arguments.onvif_serial;
        device.upload_host = arguments.onvif_upload_host;
        device.relays = relays_of(arguments.onvif_relays);
        if (!snapshots.empty()) device.snapshot = snapshots[(camera - 1) % snapshots.size()];
        device.clock_offset = std::chrono::seconds(arguments.onvif_clock_seconds);
        device.events.motion_period = std::chrono::seconds(arguments.onvif_motion_seconds);
        if (!arguments.onvif_motion_source.empty())
            device.events.motion_source = arguments.onvif_motion_source;
        for (const auto kind : {media::StreamKind::main, media::StreamKind::sub})
            if (const auto format = farm.format(camera, kind))
                device.streams.push_back({.token = std::string(media::to_string(kind)),
                                          .url = farm.url(camera, kind),
                                          .encoding = format->codec == media::Codec::h265 ? "H265" : "H264",
                                          .width = format->width,
                                          .height = format->height,
                                          .frames_per_second = format->frames_per_second});
        if (arguments.storage)
            device.storage = simulate::OnvifStorage{
                .replay_url = farm.replay_url(camera), .since = started, .has_audio = true};
        options.devices.push_back(std::move(device));
    }
    return simulate::OnvifFarm::start(std::move(options));
}

void list_quirks() {
    for (const simulate::Quirk* quirk : simulate::all_quirks())
        fmt::print("{:<36} {:>2}  {}{}{}\n", quirk->name, quirk->number, quirk->sentence,
                   quirk->wants_user ? " (with --user)" : "",
                   quirk->wants_udp ? " (with --transport udp)" : "");
}

Result<> run_simulate(const SimulateArguments& arguments) {
    // The farm's thread inherits the mask, so that only sigwait() below gets the signals.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    VEDETTE_TRY(simulate::FarmOptions options, farm_options(arguments));
    const auto control = std::make_shared<simulate::CameraControl>();
    options.control = control;
    VEDETTE_TRY(const auto farm, simulate::Farm::start(std::move(options)));
    std::unique_ptr<simulate::OnvifFarm> onvif;
    if (arguments.onvif_port) {
        VEDETTE_TRY(onvif, start_onvif(arguments, *farm, control));
    }
    // Whoever waits for a line finds all of the farm listening.
    log::info("{} simulated camera{}: {}{}", arguments.cameras, arguments.cameras == 1 ? "" : "s",
              farm->url(1), arguments.cameras == 1 ? "" : fmt::format(" to /cam{}", arguments.cameras));
    if (onvif) log::info("ONVIF: {}", onvif->url(1));
    int signal = 0;
    sigwait(&signals, &signal);
    farm->stop();
    return {};
}

// What the cameras answer over ONVIF.
void add_onvif_options(CLI::App& command, SimulateArguments& arguments, CLI::Option* tls_dir) {
    auto* onvif = command.add_option("--onvif", arguments.onvif_port,
                                     "Answer WS-Discovery, and ONVIF on this TCP port (0: any free one)");
    command
        .add_option("--onvif-clock", arguments.onvif_clock_seconds,
                    "Seconds by which the cameras' clocks are ahead; may be negative")
        ->needs(onvif)
        ->capture_default_str();
    command
        .add_option("--onvif-serial", arguments.onvif_serial,
                    "Serial number of camera 1, which keeps its endpoint: a device that poses as another")
        ->needs(onvif);
    command
        .add_flag("--ssdp-only", arguments.ssdp_only,
                  "Answer searches of SSDP and none of WS-Discovery, as some cameras do")
        ->needs(onvif);
    command
        .add_flag("--onvif-tls", arguments.onvif_tls,
                  "Speak ONVIF over HTTPS alone, with the certificate in --tls-dir")
        ->needs(onvif)
        ->needs(tls_dir);
    command
        .add_option("--onvif-upload-host", arguments.onvif_upload_host,
                    "Name this host for firmware uploads, as a device that was broken into would")
        ->needs(onvif);
    command
        .add_option("--onvif-relays", arguments.onvif_relays,
                    "Which service has the relays: device, or DeviceIO alone, asked in the words of its WSDL "
                    "(device-io) or of its own namespace (device-io-words)")
        ->needs(onvif)
        ->check(CLI::IsMember({"device", "device-io", "device-io-words"}))
        ->capture_default_str();
    command.add_option("--onvif-motion-source", arguments.onvif_motion_source,
                       "What the motion events say that they saw");
    command
        .add_option("--onvif-motion", arguments.onvif_motion_seconds,
                    "Seconds after which each camera sees motion again; 0: never")
        ->needs(onvif)
        ->check(CLI::Range(0U, 3600U))
        ->capture_default_str();
    command
        .add_flag("--edge-storage", arguments.storage,
                  "The cameras record by themselves and answer ONVIF's recording search and replay")
        ->needs(onvif);
}

// What the cameras can and do beside sending video.
void add_camera_options(CLI::App& command, SimulateArguments& arguments) {
    command.add_option(
        "--back-channel-file", arguments.back_channel_file,
        "The cameras have a loudspeaker; what it is sent (G.711 mu-law) is appended to this file");
    auto* sign =
        command
            .add_option("--sign", arguments.sign,
                        "The cameras sign their video, each start with a new key: onvif (ONVIF Media "
                        "Signing) or axis (Signed Video Framework)")
            ->check(CLI::IsMember({"onvif", "axis"}));
    command
        .add_option(
            "--sign-fault", arguments.sign_fault,
            "What was done to the video afterwards, once in each round of the clip: changed (a slice) or "
            "dropped (a picture); or wrong-key: the signatures were made with another key")
        ->needs(sign)
        ->check(CLI::IsMember({"changed", "dropped", "wrong-key"}));
    command.add_option("--outage-file", arguments.outage_file,
                       "While this file exists nobody is served, as if the network was cut");
}

}  // namespace

void add_simulate(CLI::App& cli, int& exit_code) {
    auto arguments = std::make_shared<SimulateArguments>();
    CLI::App* command =
        cli.add_subcommand("simulate", "Run simulated RTSP cameras, for tests and benchmarks");
    command->add_option("--port", arguments->port, "TCP port")->capture_default_str();
    command->add_option("--cameras", arguments->cameras, "Number of cameras: /cam1, /cam2, ...")
        ->check(CLI::Range(1U, simulate::max_cameras))
        ->capture_default_str();
    command->add_option("--bind", arguments->bind, "Address to listen on")->capture_default_str();
    command->add_option(
        "--clip", arguments->clips,
        "H.264 or H.265 byte stream (NAME.h264, NAME.h265) to show, with NAME.aac beside it if it has sound; "
        "repeat for more cameras");
    auto* password = command->add_option("--password-file", arguments->password_file,
                                         "File whose first line is the password for --user");
    auto* user = command->add_option("--user", arguments->user, "Ask for this user's name and password");
    user->needs(password);
    password->needs(user);
    command->add_flag("--basic", arguments->basic, "Offer Basic authentication beside Digest")->needs(user);
    command->add_flag("--only-basic", arguments->only_basic, "Offer Basic authentication alone")->needs(user);
    command
        ->add_flag("--http-sign-in", arguments->http_sign_in,
                   "Ask for the password before RTSP is let through HTTP, too")
        ->needs(user);
    command->add_option("--http-post-limit", arguments->http_post_limit,
                        "Close the connection of a tunnel's POST after so many bytes");
    auto* tls_dir = command->add_option(
        "--tls-dir", arguments->tls_dir,
        "Speak RTSPS, with the certificate in this directory; it is made where there is none");
    command
        ->add_option("--transport", arguments->transport,
                     "How media is sent: tcp, udp, any, or http: RTSP through HTTP alone")
        ->check(CLI::IsMember({"tcp", "udp", "any", "http"}))
        ->capture_default_str();
    command->add_option("--udp-lose-every", arguments->network.lose_every, "Lose every N-th video packet");
    command->add_option("--udp-swap-every", arguments->network.swap_every,
                        "Send every N-th video packet after the next one");
    auto* srtp = command
                     ->add_option("--srtp", arguments->srtp,
                                  "Send media by SRTP alone, its keys told by sdes or mikey")
                     ->check(CLI::IsMember({"sdes", "mikey"}));
    command->add_option("--srtp-suite", arguments->srtp_suite, "Suite, by its name in RFC 4568, 6188 or 7714")
        ->needs(srtp)
        ->capture_default_str();
    command->add_flag("--srtp-mki", arguments->srtp_mki, "Packets carry an identifier of their key (MKI)")
        ->needs(srtp);
    command->add_option("--fault", arguments->fault, "Misbehave: garbage, silent, drop=SECONDS or no-media");
    command->add_option("--quirk", arguments->quirks,
                        "Do this wrong, as some real camera does; repeat for more");
    command->add_flag("--list-quirks", arguments->list_quirks,
                      "Print the quirks: name, number in docs/ref/cameras.md, and what they do");
    command
        ->add_option("--session-timeout", arguments->session_timeout_seconds,
                     "Seconds after which a client that says nothing is closed")
        ->check(CLI::Range(1U, 3600U))
        ->capture_default_str();
    add_onvif_options(*command, *arguments, tls_dir);
    add_camera_options(*command, *arguments);
    command->callback([arguments, &exit_code] {
        if (arguments->list_quirks) return list_quirks();
        if (const auto result = run_simulate(*arguments); !result) {
            log::error("{}", result.error().message);
            exit_code = 1;
        }
    });
}

}  // namespace vedette::app
