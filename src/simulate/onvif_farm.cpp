#include "simulate/onvif_farm.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/hex.hpp"
#include "base/host.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "net/event_loop.hpp"
#include "net/interfaces.hpp"
#include "net/task_group.hpp"
#include "net/timeout.hpp"
#include "net/tls_context.hpp"
#include "net/udp.hpp"
#include "onvif/address.hpp"
#include "onvif/answers.hpp"
#include "onvif/ssdp.hpp"
#include "rtsp/auth.hpp"
#include "simulate/onvif_http.hpp"

namespace vedette::simulate {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
/// Of a firmware file, so much is looked at, at least.
constexpr std::size_t firmware_beginning_bytes = 128;
constexpr std::size_t max_connections = 256;
constexpr std::chrono::seconds request_limit{40};    // a client may wait for events for half of it
constexpr std::chrono::milliseconds look_again{50};  // for events that a client waits for

}  // namespace

struct OnvifFarm::State {
    explicit State(OnvifFarmOptions o)
        : options(std::move(o)), loop("onvif"), tasks(loop.executor(), "onvif"), listener(loop.executor()) {
        challenge.realm = "simulated";
        challenge.nonce = to_hex(Uuid::random().bytes);
        challenge.qop_auth = true;
    }

    Result<> listen();
    Result<> listen_for_probes();
    net::Awaitable<void> accept();
    net::Awaitable<void> serve_plain(tcp::socket socket);
    net::Awaitable<void> serve_tls(tcp::socket socket);
    template <class Stream>
    net::Awaitable<void> serve(Stream& stream);
    net::Awaitable<void> serve_in_time(tcp::socket socket);
    net::Awaitable<void> hear(net::UdpSocket* socket);
    net::Awaitable<void> hear_ssdp();
    OnvifAnswer answer(const OnvifHttpRequest& request, std::string_view body);
    OnvifAnswer answer_for(OnvifDevice& device, const OnvifHttpRequest& request, std::string_view body);
    bool digest_accepted(const OnvifDevice& device, const OnvifHttpRequest& request) const;
    void tell_control(OnvifDevice& device);
    net::Awaitable<void> run() {
        tasks.spawn(accept());
        for (net::UdpSocket& socket : sockets) tasks.spawn(hear(&socket));
        if (ssdp_socket) tasks.spawn(hear_ssdp());
        co_return;
    }

    OnvifFarmOptions options;
    SystemClock clock;
    rtsp::Challenge challenge;
    net::EventLoop loop;
    net::TaskGroup tasks;
    tcp::acceptor listener;
    std::shared_ptr<asio::ssl::context> tls;
    std::vector<net::UdpSocket> sockets;
    std::optional<net::UdpSocket> ssdp_socket;
    std::uint16_t port = 0;
};

Result<> OnvifFarm::State::listen() {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(options.bind, error);
    if (error || address.is_unspecified())
        return fail(ErrorKind::invalid_input, "--onvif needs one address to listen on, not {}", options.bind);
    const tcp::endpoint endpoint(address, options.port);
    listener.open(endpoint.protocol(), error);
    if (!error) listener.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) listener.bind(endpoint, error);
    if (!error) listener.listen(asio::socket_base::max_listen_connections, error);
    if (error)
        return fail_errno(error.value(),
                          fmt::format("can't listen on {} port {}", options.bind, options.port));
    port = listener.local_endpoint(error).port();
    if (options.tls) {
        VEDETTE_TRY(tls, net::make_server_tls(*options.tls));
    }
    if (options.credentials)
        for (OnvifDevice& device : options.devices)
            device.accounts.push_back({.name = options.credentials->username,
                                       .password = std::string(options.credentials->password.reveal_text())});
    const std::string host = host_in_url(without_zone(options.bind));
    for (OnvifDevice& device : options.devices)
        device.base = fmt::format("{}://{}:{}/cam{}", tls ? "https" : "http", host, port, device.number);
    return {};
}

// Multicast and unicast probes come to different sockets, so that several farms can share a machine; the last
// one has the camera's address.
Result<> OnvifFarm::State::listen_for_probes() {
    const bool v6 = options.bind.contains(':');
    // A group of the link is bound together with the link that is meant.
    const std::string zone = v6 ? "%" + net::interface_with(options.bind) : "";
    const std::string group = std::string(v6 ? onvif::discovery_group_v6 : onvif::discovery_group) + zone;
    const std::string ssdp_group = std::string(v6 ? onvif::ssdp_group_v6 : onvif::ssdp_group) + zone;
    VEDETTE_TRY(auto ssdp, net::UdpSocket::open(loop.executor(), ssdp_group, onvif::ssdp_port, true));
    VEDETTE_CHECK(ssdp.join(ssdp_group, options.bind));
    ssdp_socket.emplace(std::move(ssdp));
    if (options.ssdp_only) return {};
    VEDETTE_TRY(auto multicast, net::UdpSocket::open(loop.executor(), group, onvif::discovery_port, true));
    VEDETTE_CHECK(multicast.join(group, options.bind));
    VEDETTE_TRY(auto unicast,
                net::UdpSocket::open(loop.executor(), options.bind, onvif::discovery_port, true));
    sockets.push_back(std::move(multicast));
    sockets.push_back(std::move(unicast));
    return {};
}

net::Awaitable<void> OnvifFarm::State::accept() {
    for (;;) {
        tcp::socket socket(loop.executor());
        const auto [error] = co_await listener.async_accept(socket, as_values);
        if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) co_return;
        std::error_code ignored;
        const bool outage =
            !options.outage_file.empty() && std::filesystem::exists(options.outage_file, ignored);
        if (error || outage || tasks.size() >= max_connections) continue;
        tasks.spawn(serve_in_time(std::move(socket)));
    }
}

net::Awaitable<void> OnvifFarm::State::serve_in_time(tcp::socket socket) {
    auto serving = tls ? serve_tls(std::move(socket)) : serve_plain(std::move(socket));
    co_await net::limit_time(request_limit, std::move(serving));
}

net::Awaitable<void> OnvifFarm::State::serve_plain(tcp::socket socket) {
    co_await serve(socket);
}

net::Awaitable<void> OnvifFarm::State::serve_tls(tcp::socket socket) {
    asio::ssl::stream<tcp::socket> stream(std::move(socket), *tls);
    const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, as_values);
    if (error) co_return;
    co_await serve(stream);
    const auto [ended] = co_await stream.async_shutdown(as_values);
    static_cast<void>(ended);
}

// One request for each connection. Of a firmware file only the beginning is kept.
template <class Stream>
net::Awaitable<void> OnvifFarm::State::serve(Stream& stream) {
    std::string received;
    std::array<char, 16 * 1024> buffer;
    std::optional<OnvifHttpRequest> request;
    std::size_t head_size = 0;
    std::size_t total = 0;
    while (!request || total < head_size + request->content_length) {
        const auto [error, size] = co_await stream.async_read_some(asio::buffer(buffer), as_values);
        if (error) co_return;
        total += size;
        const bool wanted =
            !request || !request->is_firmware() || received.size() < head_size + firmware_beginning_bytes;
        if (wanted) received.append(buffer.data(), size);
        if (request) continue;
        const auto end = received.find("\r\n\r\n");
        if (end == std::string::npos && received.size() > max_http_head_bytes) co_return;
        if (end == std::string::npos) continue;
        head_size = end + 4;
        request = parse_http_head(std::string_view(received).substr(0, end));
        if (!request) co_return;
    }
    const std::string_view body = std::string_view(received).substr(head_size);
    OnvifAnswer answered = answer(*request, body);
    const MonotonicTime until = clock.monotonic_now() + answered.hold;
    while (answered.hold.count() > 0 && clock.monotonic_now() < until) {
        co_await net::sleep_for(look_again);
        answered = answer(*request, body);
    }
    if (answered.status == 0) co_return;
    const std::string response = write_http_response(answered, challenge);
    const auto [error, size] = co_await asio::async_write(stream, asio::buffer(response), as_values);
    static_cast<void>(error);
    static_cast<void>(size);
}

bool OnvifFarm::State::digest_accepted(const OnvifDevice& device, const OnvifHttpRequest& request) const {
    if (request.authorization.empty()) return false;
    return std::ranges::any_of(device.accounts, [&](const OnvifAccount& account) {
        const rtsp::Credentials credentials{account.name, Secret(std::string_view(account.password))};
        return rtsp::verify_authorization(request.authorization, request.method, challenge, credentials) ==
               rtsp::Verdict::accepted;
    });
}

// Status 0: it is restarting and says nothing.
OnvifAnswer OnvifFarm::State::answer(const OnvifHttpRequest& request, std::string_view body) {
    for (OnvifDevice& device : options.devices) {
        if (!request.target.starts_with(fmt::format("/cam{}/", device.number))) continue;
        if (options.control && options.control->is_down(device.number, clock.monotonic_now()))
            return {.status = 0, .body = {}};
        device.target = request.target;
        OnvifAnswer answered = answer_for(device, request, body);
        tell_control(device);
        return answered;
    }
    return {.status = 404, .body = {}};
}

OnvifAnswer OnvifFarm::State::answer_for(OnvifDevice& device, const OnvifHttpRequest& request,
                                         std::string_view body) {
    const std::string base = fmt::format("/cam{}", device.number);
    const std::string_view path = std::string_view(request.target).substr(base.size());
    constexpr std::string_view firmware = "/firmware/";
    if (request.method == "GET" && path == "/snapshot.jpg") {
        if (!device.accounts.empty() && !digest_accepted(device, request))
            return {.status = 401, .body = {}, .challenge = true};
        if (device.snapshot.empty()) return {.status = 404, .body = {}};
        return {.status = 200, .body = device.snapshot, .type = "image/jpeg"};
    }
    if (request.method != "POST") return {.status = 405, .body = {}};
    if (path.starts_with(firmware))
        return {.status = take_firmware(device, path.substr(firmware.size()), body), .body = {}};
    if (!path.starts_with("/onvif/")) return {.status = 404, .body = {}};
    return answer_onvif(device, body, digest_accepted(device, request), clock.utc_now());
}

void OnvifFarm::State::tell_control(OnvifDevice& device) {
    if (!options.control) return;
    if (std::exchange(device.restarts, false))
        options.control->take_down(device.number, clock.monotonic_now() + OnvifDevice::restart_time);
    if (std::exchange(device.accounts_changed, false))
        options.control->set_credentials(
            device.number,
            {device.accounts.front().name, Secret(std::string_view(device.accounts.front().password))});
}

net::Awaitable<void> OnvifFarm::State::hear(net::UdpSocket* socket) {
    for (;;) {
        const auto datagram = co_await socket->receive();
        if (!datagram) co_return;
        const auto message = onvif::parse_discovery(as_text(datagram->data));
        if (!message) continue;
        const auto* probe = std::get_if<onvif::Probe>(&*message);
        if (probe == nullptr) continue;
        for (const OnvifDevice& device : options.devices) {
            if (options.control && options.control->is_down(device.number, clock.monotonic_now())) continue;
            const onvif::DiscoveredDevice described = device.discovered();
            const bool asked = probe->types.empty() || probe->types.front() == described.types.front();
            if (!asked) continue;
            // From the camera's own address, whichever others the machine has.
            (void)sockets.back().send(
                onvif::write_probe_match(Uuid::random().text(), probe->message_id, described),
                datagram->address, datagram->port);
        }
    }
}

// The answer leaves from the address of the camera, which is what a search goes by.
net::Awaitable<void> OnvifFarm::State::hear_ssdp() {
    for (;;) {
        const auto datagram = co_await ssdp_socket->receive();
        if (!datagram) co_return;
        const auto message = onvif::parse_ssdp(as_text(datagram->data));
        if (!message || message->kind != onvif::SsdpKind::search ||
            message->target != onvif::ssdp_camera_target)
            continue;
        auto answering = net::UdpSocket::open(loop.executor(), options.bind, 0);
        if (!answering) continue;
        for (const OnvifDevice& device : options.devices)
            (void)answering->send(
                onvif::write_search_answer(message->target, onvif::normal_uuid(device.discovered().endpoint),
                                           device.base + "/description.xml"),
                datagram->address, datagram->port);
    }
}

OnvifFarm::OnvifFarm(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<OnvifFarm>> OnvifFarm::start(OnvifFarmOptions options) {
    auto state = std::make_unique<State>(std::move(options));
    VEDETTE_CHECK(state->listen());
    if (state->options.discovery) VEDETTE_CHECK(state->listen_for_probes());
    state->loop.start();
    state->loop.run_on_thread(state->run());
    return std::unique_ptr<OnvifFarm>(new OnvifFarm(std::move(state)));
}

OnvifFarm::~OnvifFarm() {
    state_->loop.run_on_thread(state_->tasks.stop());
}

std::string OnvifFarm::url(unsigned camera) const {
    const std::string& host = state_->options.bind;
    return fmt::format("{}://{}:{}/cam{}{}", state_->tls ? "https" : "http",
                       host.contains(':') ? "[" + host + "]" : host, state_->port, camera,
                       "/onvif/device_service");
}

}  // namespace vedette::simulate
