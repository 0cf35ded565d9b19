#include "simulate/onvif_farm.hpp"

#include <array>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/hex.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "net/event_loop.hpp"
#include "net/task_group.hpp"
#include "net/timeout.hpp"
#include "net/udp.hpp"
#include "rtsp/auth.hpp"
#include "simulate/onvif_http.hpp"

namespace vedette::simulate {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
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
    net::Awaitable<void> serve(tcp::socket socket);
    net::Awaitable<void> serve_in_time(tcp::socket socket);
    net::Awaitable<void> hear(net::UdpSocket* socket);
    OnvifAnswer answer(const OnvifHttpRequest& request, std::string_view body);
    net::Awaitable<void> run() {
        tasks.spawn(accept());
        for (net::UdpSocket& socket : sockets) tasks.spawn(hear(&socket));
        co_return;
    }

    OnvifFarmOptions options;
    SystemClock clock;
    rtsp::Challenge challenge;
    net::EventLoop loop;
    net::TaskGroup tasks;
    tcp::acceptor listener;
    std::vector<net::UdpSocket> sockets;
    std::uint16_t port = 0;
};

Result<> OnvifFarm::State::listen() {
    boost::system::error_code error;
    const auto address = asio::ip::make_address_v4(options.bind, error);
    if (error)
        return fail(ErrorKind::invalid_input, "--onvif needs an IPv4 address to listen on, not {}",
                    options.bind);
    const tcp::endpoint endpoint(address, options.port);
    listener.open(endpoint.protocol(), error);
    if (!error) listener.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) listener.bind(endpoint, error);
    if (!error) listener.listen(asio::socket_base::max_listen_connections, error);
    if (error)
        return fail_errno(error.value(),
                          fmt::format("can't listen on {} port {}", options.bind, options.port));
    port = listener.local_endpoint(error).port();
    for (OnvifDevice& device : options.devices)
        device.base = fmt::format("http://{}:{}/cam{}", options.bind, port, device.number);
    return {};
}

// Multicast and unicast probes come to different sockets, so that several farms can share a machine.
Result<> OnvifFarm::State::listen_for_probes() {
    const std::string group(onvif::discovery_group);
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
    auto serving = serve(std::move(socket));
    co_await net::limit_time(request_limit, std::move(serving));
}

// One request for each connection.
net::Awaitable<void> OnvifFarm::State::serve(tcp::socket socket) {
    std::string received;
    std::array<char, 4096> buffer;
    std::optional<OnvifHttpRequest> request;
    std::size_t head_size = 0;
    while (!request || received.size() < head_size + request->content_length) {
        const auto [error, size] = co_await socket.async_read_some(asio::buffer(buffer), as_values);
        if (error) co_return;
        received.append(buffer.data(), size);
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
    const std::string response = write_http_response(answered, challenge);
    const auto [error, size] = co_await asio::async_write(socket, asio::buffer(response), as_values);
    static_cast<void>(error);
    static_cast<void>(size);
}

OnvifAnswer OnvifFarm::State::answer(const OnvifHttpRequest& request, std::string_view body) {
    if (request.method != "POST") return {.status = 405, .body = {}};
    for (OnvifDevice& device : options.devices) {
        if (!request.target.starts_with(fmt::format("/cam{}/onvif/", device.number))) continue;
        device.target = request.target;
        const bool digest = options.credentials && !request.authorization.empty() &&
                            rtsp::verify_authorization(request.authorization, request.method, challenge,
                                                       *options.credentials) == rtsp::Verdict::accepted;
        return answer_onvif(device, body, options.credentials, digest, clock.utc_now());
    }
    return {.status = 404, .body = {}};
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
            const onvif::DiscoveredDevice described = device.discovered();
            const bool asked = probe->types.empty() || probe->types.front() == described.types.front();
            if (!asked) continue;
            (void)socket->send(onvif::write_probe_match(Uuid::random().text(), probe->message_id, described),
                               datagram->address, datagram->port);
        }
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
    return fmt::format("http://{}:{}/cam{}{}", state_->options.bind, state_->port, camera,
                       "/onvif/device_service");
}

}  // namespace vedette::simulate
