#include "gateway/camera_process/worker_session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/hex.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway::camera_process {

namespace {

/// Together 8 MiB/s at most: with it a day of 4 Mbit/s comes in less than an hour and a half.
constexpr std::size_t replay_lot = 64 * 1024;
constexpr std::chrono::milliseconds replay_pause{8};

/// Sound that is later than this is dropped: people talk over each other otherwise.
constexpr std::size_t max_waiting_samples = 4'000;  // 0.5 s

}  // namespace

Result<std::shared_ptr<WorkerSession>> WorkerSession::make(WorkerContext context, Open open,
                                                           std::vector<File> files,
                                                           std::function<void()> ended) {
    if (files.empty() || files.size() % 2 == 0)
        return fail(ErrorKind::invalid_input, "a session came without its sockets");
    CameraConnection connection;
    VEDETTE_TRY(connection.stream, net::TcpStream::adopt(context.executor, std::move(files[0])));
    for (std::size_t i = 1; i < files.size(); i += 2)
        VEDETTE_CHECK(connection.media.adopt_pair(std::move(files[i]), std::move(files[i + 1])));
    // The name of an interface takes system calls that the sandbox does not have.
    if (open.options.transport != rtsp::Transport::tcp_interleaved)
        VEDETTE_CHECK(connection.media.allow_sender(connection.stream.peer_address_without_zone()));
    return std::shared_ptr<WorkerSession>(
        new WorkerSession(std::move(context), std::move(open), std::move(connection), std::move(ended)));
}

WorkerSession::WorkerSession(WorkerContext context, Open open, CameraConnection connection,
                             std::function<void()> ended)
    : context_(std::move(context)),
      open_(std::move(open)),
      connection_(std::move(connection)),
      ended_(std::move(ended)),
      tasks_(context_.executor, "camera"),
      woken_(context_.executor) {}

void WorkerSession::start() {
    tasks_.spawn(run(shared_from_this()));
}

void WorkerSession::go_on() {
    trusted_ = true;
    woken_.notify();
}

void WorkerSession::joined(std::vector<File> files) {
    if (files.size() == 2) (void)connection_.media.adopt_pair(std::move(files[0]), std::move(files[1]));
    group_joined_ = true;
    woken_.notify();
}

void WorkerSession::dialled(std::optional<Error> error, std::vector<File> files) {
    if (files.size() == 1)
        dialled_ = net::TcpStream::adopt(context_.executor, std::move(files[0]));
    else
        dialled_ = std::unexpected(error.value_or(Error{ErrorKind::internal, "there is no connection"}));
    woken_.notify();
}

void WorkerSession::tune(const Tune& tune) {
    watched_ = tune.watched;
    connection_.low_water_mark = tune.low_water_mark;
    (void)connection_.stream.set_receive_low_water_mark(tune.low_water_mark);
}

void WorkerSession::say(std::span<const std::int16_t> samples) {
    said_.insert(said_.end(), samples.begin(), samples.end());
    if (said_.size() > max_waiting_samples)
        said_.erase(said_.begin(), said_.end() - static_cast<std::ptrdiff_t>(max_waiting_samples / 2));
}

void WorkerSession::stop() {
    tasks_.cancel();
}

net::Awaitable<void> WorkerSession::run(std::shared_ptr<WorkerSession> self) {
    auto connecting = self->connect();
    if (auto connected = co_await std::move(connecting); !connected) {
        self->context_.reporter.report(self->open_.session, HandshakeFailed{std::move(connected.error())});
    } else {
        auto conversing = self->converse();
        co_await std::move(conversing);
    }
    self->context_.reporter.report(self->open_.session, Ended{});
    self->ended_();
}

net::Awaitable<Result<>> WorkerSession::connect() {
    if (open_.url.secure) {
        auto shaking = shake_hands();
        VEDETTE_CO_CHECK(co_await std::move(shaking));
    }
    if (open_.http) {
        auto opening = open_tunnel();
        VEDETTE_CO_CHECK(co_await std::move(opening));
    }
    co_return Result<>{};
}

net::Awaitable<Result<>> WorkerSession::shake_hands() {
    auto securing = connection_.stream.start_tls(open_.url.host, handshake_limit, open_.floor);
    VEDETTE_CO_TRY(net::TlsPeer peer, co_await std::move(securing));
    fingerprint_ = to_hex(peer.key_sha256);
    context_.reporter.report(open_.session, Shown{.by_authority = peer.authorised,
                                                  .fingerprint = fingerprint_,
                                                  .protocol = std::move(peer.protocol)});
    while (!trusted_) co_await woken_.wait();
    co_return Result<>{};
}

net::Awaitable<Result<>> WorkerSession::open_tunnel() {
    TunnelWay way{.url = open_.url,
                  .floor = open_.floor,
                  .sign_in = open_.sign_in,
                  .fingerprint = fingerprint_,
                  .dial = [this] { return dial(); }};
    auto opening = camera_process::open_tunnel(connection_.stream, std::move(way),
                                               open_.credentials.duplicate(), open_.options.basic);
    VEDETTE_CO_TRY(connection_.tunnel, co_await std::move(opening));
    context_.reporter.report(open_.session, Established{});
    co_return Result<>{};
}

net::Awaitable<Result<net::TcpStream>> WorkerSession::dial() {
    dialled_.reset();
    context_.reporter.report(open_.session, DialAgain{});
    while (!dialled_) co_await woken_.wait();
    co_return std::move(*dialled_);
}

net::Awaitable<void> WorkerSession::converse() {
    rtsp::ClientSession session(open_.url, std::move(open_.credentials), open_.options,
                                context_.clock.monotonic_now());
    const bool replays = open_.options.replay.has_value();
    connection_.about_to_read = [this] { context_.reporter.reading(open_.session); };
    for (;;) {
        auto draining = drain(session);
        if (co_await std::move(draining)) break;
        // What a camera replays comes as fast as we read it: live media of others goes first.
        const auto buffer =
            replays ? context_.buffer.first(std::min(replay_lot, context_.buffer.size())) : context_.buffer;
        speak(session);
        const auto exchanged =
            co_await exchange(connection_, session, context_.clock, buffer, replays ? 1 : SIZE_MAX);
        if (!exchanged) session.on_disconnected();
        report_rest(session);
        if (replays && session.has_played()) co_await net::sleep_for(replay_pause);
    }
    co_await say_goodbye(connection_, session);
}

// True when the session is over.
net::Awaitable<bool> WorkerSession::drain(rtsp::ClientSession& session) {
    while (auto event = session.next_event()) {
        const bool over =
            std::holds_alternative<rtsp::Closed>(*event) || std::holds_alternative<rtsp::Redirected>(*event);
        const auto* address = std::get_if<rtsp::MediaAddress>(&*event);
        if (address != nullptr) {
            auto following = follow(*address);
            co_await std::move(following);
            continue;
        }
        for (const auto& verdict : signatures_.see(*event, context_.clock.monotonic_now()))
            context_.reporter.report(open_.session, rtsp::ClientEvent(verdict), watched_);
        context_.reporter.report(open_.session, std::move(*event), watched_);
        if (over) co_return true;
    }
    co_return false;
}

// The main process alone opens sockets; until the group's have come, nothing that they could miss is asked
// for.
net::Awaitable<void> WorkerSession::follow(rtsp::MediaAddress address) {
    if (!address.source.empty()) (void)connection_.media.allow_sender(address.source);
    group_joined_ = address.group.empty();
    context_.reporter.report(open_.session, std::move(address), true);
    while (!group_joined_) co_await woken_.wait();
}

// A packet each 20 ms; while nothing is said, nothing is sent.
void WorkerSession::speak(rtsp::ClientSession& session) {
    while (session.take_talk_turn(context_.clock.monotonic_now())) {
        if (said_.size() < rtsp::back_channel_samples) {
            session.pause_talk(rtsp::back_channel_samples);
            continue;
        }
        std::array<std::int16_t, rtsp::back_channel_samples> samples{};
        const auto end = said_.begin() + static_cast<std::ptrdiff_t>(samples.size());
        std::copy(said_.begin(), end, samples.begin());
        said_.erase(said_.begin(), end);
        session.talk(samples);
    }
}

void WorkerSession::report_rest(rtsp::ClientSession& session) {
    for (rtsp::OutgoingDatagram& datagram : session.take_datagrams())
        context_.reporter.report(open_.session, std::move(datagram));
    const Counters now{.reordered_packets = session.reordered_packets(),
                       .refused_packets = session.refused_packets()};
    if (std::exchange(counters_, now) != now) context_.reporter.report(open_.session, Counters(now));
}

}  // namespace vedette::gateway::camera_process
