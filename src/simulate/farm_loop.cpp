#include "simulate/farm_loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <random>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/hex.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "rtsp/rtp.hpp"

namespace vedette::simulate {
namespace {

/// Cameras that show the same clip are spread over this many timelines, so that their key pictures, which are
/// many times larger than the others, do not all go out at once.
constexpr std::size_t phases_per_clip = 8;
constexpr std::size_t max_clients = 20'000;
constexpr auto sweep_interval = std::chrono::seconds(1);
/// After a longer stall (a stopped process), pictures are left out instead of sent in a burst.
constexpr auto max_lateness = std::chrono::seconds(1);
constexpr auto outage_sweep_interval = std::chrono::milliseconds(50);
constexpr std::size_t garbage_bytes = 64 * 1024;

std::string random_text() {
    return to_hex(Uuid::random().bytes);
}

Bytes random_bytes(std::size_t size) {
    std::mt19937_64 random(std::random_device{}());
    Bytes bytes(size);
    for (std::byte& b : bytes) b = static_cast<std::byte>(random());
    return bytes;
}

std::string address_of_peer(int fd) {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    std::array<char, NI_MAXHOST> text{};
    auto* any = reinterpret_cast<sockaddr*>(&name);
    if (getpeername(fd, any, &size) != 0 ||
        getnameinfo(any, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
        return {};
    return text.data();
}

}  // namespace

FarmLoop::FarmLoop(FarmOptions options, std::vector<std::shared_ptr<const PackedClip>> main_clips,
                   std::vector<std::shared_ptr<const PackedClip>> sub_clips,
                   std::shared_ptr<boost::asio::ssl::context> tls, std::optional<DatagramSender> datagrams,
                   int listener, int wake, Farm::Counters& counters)
    : options_(std::move(options)),
      tls_(std::move(tls)),
      datagrams_(std::move(datagrams)),
      counters_(counters),
      listener_(listener),
      wake_(wake),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    started_ = clock_.monotonic_now();
    nonce_ = random_text();
    add_streams(main_clips, "");
    if (options_.storage) add_replay();
    add_streams(sub_clips, "/sub");
    for (const int fd : {listener_, wake_}) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
        epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }
}

FarmLoop::~FarmLoop() {
    tunnels_.clear();
    clients_.clear();
    counters_.clients = 0;
    counters_.playing = 0;
    ::close(listener_);
    ::close(epoll_);
}

void FarmLoop::add_streams(const std::vector<std::shared_ptr<const PackedClip>>& clips,
                           std::string_view suffix) {
    if (clips.empty()) return;
    const std::size_t phases =
        std::min(phases_per_clip, (options_.cameras + clips.size() - 1) / clips.size());
    const std::size_t count = phases * clips.size();
    const MonotonicTime now = clock_.monotonic_now();
    std::vector<std::size_t> channel_of(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& clip = clips[i % clips.size()];
        if (clip == nullptr) continue;
        const double loop_seconds = static_cast<double>(clip->video.frames()) * clip->frame_rate.denominator /
                                    clip->frame_rate.numerator;
        const std::chrono::duration<double> shift(loop_seconds * static_cast<double>(i) /
                                                  static_cast<double>(count));
        const MonotonicTime epoch = now - std::chrono::duration_cast<Timeline::Duration>(shift);
        channel_of[i] = channels_.size();
        channels_.push_back({Timeline(clip, epoch), {}, 0});
    }
    for (unsigned camera = 1; camera <= options_.cameras; ++camera) {
        const std::size_t i = (camera - 1) % channel_of.size();
        const PackedClip* clip = clips[i % clips.size()].get();
        if (clip == nullptr) continue;  // a camera without sub stream
        streams_.push_back(
            {fmt::format("/cam{}{}", camera, suffix), fmt::format("Camera {}", camera), channel_of[i], clip});
    }
}

// One more path for each main stream; they are not on the clock.
void FarmLoop::add_replay() {
    const std::size_t count = streams_.size();
    for (std::size_t i = 0; i < count; ++i) {
        FarmStream stored = streams_[i];
        stored.path += replay_suffix;
        stored.replay = true;
        streams_.push_back(std::move(stored));
    }
}

void FarmLoop::run() {
    std::array<epoll_event, 256> events;
    while (true) {
        const MonotonicTime now = clock_.monotonic_now();
        for (Channel& channel : channels_)
            if (!channel.clients.empty()) tick(channel, now);
        for (auto& [fd, client] : clients_)
            if (can_replay(*client)) continue_replay(*client);
        if (now >= next_sweep_) sweep(now);
        bury_dead();
        const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                     milliseconds_to_next(clock_.monotonic_now()));
        for (int i = 0; i < count; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            const std::uint32_t what = events[static_cast<std::size_t>(i)].events;
            if (fd == wake_) return;
            if (fd == listener_) {
                accept_clients();
                continue;
            }
            const auto found = clients_.find(fd);
            if (found == clients_.end()) continue;
            if ((what & EPOLLOUT) != 0) deliver(*found->second, {});
            if ((what & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) on_readable(*found->second);
        }
    }
}

int FarmLoop::milliseconds_to_next(MonotonicTime now) const {
    for (const auto& [fd, client] : clients_)
        if (can_replay(*client)) return 0;
    MonotonicTime next = next_sweep_;
    for (const Channel& channel : channels_)
        if (!channel.clients.empty()) next = std::min(next, channel.timeline.due(channel.next));
    if (next <= now) return 0;
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(next - now).count());
}

void FarmLoop::tick(Channel& channel, MonotonicTime now) {
    if (now - channel.timeline.due(channel.next) > max_lateness)
        channel.next = channel.timeline.first_after(now);
    while (channel.timeline.due(channel.next) <= now) {
        const Tick out = channel.timeline.build(channel.next++, clock_.utc_now());
        for (Client* client : channel.clients) {
            if (client->dead || (client->waits_for_key && !out.key)) continue;
            client->waits_for_key = false;
            const auto [video, audio] = client->session.tracks();
            if (video && audio)
                deliver_media(*client, out.all, out.key);
            else
                deliver_media(*client,
                              video ? out.all.first(out.video_size) : out.all.subspan(out.video_size),
                              out.key);
        }
    }
}

void FarmLoop::deliver_media(Client& client, ByteView bytes, bool key) {
    if (client.quirks) bytes = client.quirks->media(bytes, key, clock_.monotonic_now());
    if (ProtectedTracks* srtp = client.session.srtp()) bytes = srtp->protect(bytes);
    const ClientPorts& ports = client.session.client_ports();
    if (datagrams_ && (ports[0] || ports[1])) {
        datagrams_->send(client.address, ports, bytes);
        counters_.bytes_sent.fetch_add(bytes.size(), std::memory_order_relaxed);
        return;
    }
    deliver(client, bytes);
}

void FarmLoop::deliver(Client& client, ByteView bytes) {
    if (client.dead) return;
    const std::uint64_t before = client.bytes_sent;
    const Client::Sent sent = client.send(bytes);
    counters_.bytes_sent.fetch_add(client.bytes_sent - before, std::memory_order_relaxed);
    const bool broken = sent == Client::Sent::broken || sent == Client::Sent::too_slow;
    if (sent == Client::Sent::too_slow) {
        counters_.too_slow.fetch_add(1, std::memory_order_relaxed);
        log::warn("simulated camera: a client does not read what it asked for; closing its connection");
    }
    if (broken || (client.closing && sent == Client::Sent::all)) {
        client.dead = true;
        dead_.push_back(&client);
        return;
    }
    watch_writable(client, sent == Client::Sent::partly);
}

void FarmLoop::watch_writable(Client& client, bool on) {
    if (client.wants_write == on) return;
    client.wants_write = on;
    epoll_event event{.events = EPOLLIN | (on ? std::uint32_t{EPOLLOUT} : 0U), .data = {.fd = client.fd}};
    epoll_ctl(epoll_, EPOLL_CTL_MOD, client.fd, &event);
}

void FarmLoop::accept_clients() {
    while (true) {
        const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        if (outage_ || clients_.size() >= max_clients) {
            ::close(fd);
            continue;
        }
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const AuthPolicy auth{options_.credentials ? &*options_.credentials : nullptr, options_.offer_basic,
                              options_.only_basic, options_.control.get()};
        Session session(streams_, auth, random_text(), nonce_,
                        static_cast<unsigned>(options_.session_timeout.count()),
                        {.tcp = options_.tcp,
                         .udp_port = datagrams_ ? std::optional(datagrams_->server_port()) : std::nullopt,
                         .srtp = options_.srtp,
                         .back_channel = !options_.back_channel_file.empty()});
        auto client = std::make_unique<Client>(fd, std::move(session), clock_.monotonic_now());
        client->address = address_of_peer(fd);
        if (!options_.quirks.empty())
            client->quirks = std::make_unique<QuirkScript>(options_.quirks, client->session, quirks_shared_);
        if (tls_ != nullptr) {
            auto secured = net::TlsSession::accept(fd, *tls_);
            if (!secured) continue;  // the client goes with its socket
            client->tls.emplace(std::move(*secured));
            client->shaking_hands = true;
        }
        epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
        epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
        Client& added = *clients_.emplace(fd, std::move(client)).first->second;
        counters_.clients.store(clients_.size(), std::memory_order_relaxed);
        if (options_.fault.kind == Fault::Kind::garbage) deliver(added, random_bytes(garbage_bytes));
    }
}

void FarmLoop::on_readable(Client& client) {
    if (client.dead) return;
    std::array<std::byte, 16 * 1024> buffer;
    const auto die = [&] {
        client.dead = true;
        dead_.push_back(&client);
    };
    const auto received = client.receive(buffer);
    if (!received) return die();
    if (*received == 0) return;
    client.last_heard = clock_.monotonic_now();
    using enum Fault::Kind;
    if (options_.fault.kind == silent || options_.fault.kind == garbage) return;
    if (!on_bytes(client, std::span(buffer).first(*received)) && !client.dead) die();
}

/// False when the connection is of no more use; so do the next three.
bool FarmLoop::on_bytes(Client& client, ByteView bytes) {
    switch (client.opening.kind()) {
        case Opening::Kind::unknown: {
            const auto kind = client.opening.feed(bytes);
            if (!kind) return false;
            return *kind == Opening::Kind::unknown || on_opened(client);
        }
        case Opening::Kind::rtsp:
            return on_rtsp(client, bytes);
        case Opening::Kind::get:
            return true;
        case Opening::Kind::post:
            return on_post(client, bytes);
    }
    return false;
}

bool FarmLoop::on_opened(Client& client) {
    const Opening& opening = client.opening;
    const Bytes rest(opening.bytes().begin(), opening.bytes().end());
    if (opening.kind() == Opening::Kind::rtsp) return !options_.only_http && on_rtsp(client, rest);
    const auto challenges =
        options_.http_sign_in
            ? client.session.challenge(opening.method(), opening.head().start_line, opening.head().headers)
            : std::nullopt;
    if (challenges) {
        client.closing = true;
        deliver(client, as_bytes(tunnel_refused(*challenges)));
        return true;
    }
    if (opening.kind() == Opening::Kind::post) return on_post(client, rest);
    std::string cookie = opening.cookie();
    if (cookie.empty() || !tunnels_.emplace(cookie, &client).second) return false;
    client.cookie = std::move(cookie);
    deliver(client, as_bytes(tunnel_accepted()));
    return true;
}

bool FarmLoop::on_rtsp(Client& client, ByteView bytes) {
    client.parser.feed(bytes);
    while (!client.dead) {
        auto item = client.parser.next();
        if (!item) return false;
        if (std::holds_alternative<rtsp::NeedMore>(*item)) return true;
        if (auto* request = std::get_if<rtsp::Request>(&*item)) on_request(client, std::move(*request));
        if (const auto* frame = std::get_if<rtsp::InterleavedFrame>(&*item)) on_sound(*frame);
    }
    return true;
}

void FarmLoop::on_sound(const rtsp::InterleavedFrame& frame) {
    if (options_.back_channel_file.empty() || frame.channel != back_channel_number) return;
    const auto packet = rtsp::parse_rtp(frame.payload);
    if (!packet || packet->payload_type != 0) return;
    std::ofstream file(options_.back_channel_file, std::ios::binary | std::ios::app);
    file << as_text(packet->payload);
}

/// A POST is never answered: its GET is.
bool FarmLoop::on_post(Client& client, ByteView body) {
    const auto tunnel = tunnels_.find(client.opening.cookie());
    if (tunnel == tunnels_.end() || tunnel->second->dead) return false;
    const auto bytes = client.body.feed(body);
    if (!bytes) return false;
    tunnel->second->last_heard = clock_.monotonic_now();
    client.body_bytes += body.size();
    const bool used_up = options_.http_post_limit > 0 && client.body_bytes >= options_.http_post_limit;
    return on_rtsp(*tunnel->second, *bytes) && !used_up;
}

void FarmLoop::on_request(Client& client, rtsp::Request request) {
    const MonotonicTime now = clock_.monotonic_now();
    client.camera = CameraControl::camera_of(request.uri);
    if (options_.control && options_.control->is_down(client.camera, now)) {
        client.dead = true;
        dead_.push_back(&client);
        return;
    }
    auto refusal = client.quirks ? client.quirks->before(request, now) : std::nullopt;
    Session::Reply reply =
        refusal ? Session::Reply{.response = std::move(*refusal)} : client.session.on_request(request);
    if (reply.action == Session::Action::replay && !start_replay(client, reply.range, reply.cseq)) {
        reply.response.status = 457;
        reply.response.reason = rtsp::reason_phrase(457);
    }
    if (reply.action == Session::Action::close) {
        stop_playing(client);
        client.closing = true;
    }
    const std::string text = client.quirks ? client.quirks->answer(request, std::move(reply.response), now)
                                           : rtsp::print(reply.response);
    deliver(client, as_bytes(text));
    if (reply.action == Session::Action::play) start_playing(client);
    if (reply.action == Session::Action::pause) stop_playing(client);
}

void FarmLoop::start_playing(Client& client) {
    if (client.playing || options_.fault.kind == Fault::Kind::no_media) return;
    client.playing = true;
    client.waits_for_key = true;
    Channel& channel = channels_[client.session.stream()->timeline];
    if (channel.clients.empty()) channel.next = channel.timeline.first_after(clock_.monotonic_now());
    channel.clients.push_back(&client);
    counters_.playing.fetch_add(1, std::memory_order_relaxed);
}

// From the key picture before the range on, up to its end or to now.
bool FarmLoop::start_replay(Client& client, UtcInterval range, std::uint8_t cseq) {
    const Timeline& timeline = channels_[client.session.stream()->timeline].timeline;
    const MonotonicTime now = clock_.monotonic_now();
    const UtcTime epoch = clock_.utc_now() + options_.clock_offset -
                          std::chrono::duration_cast<Ticks90k>(now - timeline.epoch());
    const auto moment = [&](UtcTime time) {
        return timeline.epoch() + std::chrono::duration_cast<MonotonicTime::duration>(time - epoch);
    };
    // A date of decades ago does not fit the monotonic clock's nanoseconds.
    constexpr Ticks90k longest = std::chrono::hours(24 * 365);
    if (range.end < epoch || range.start > epoch + longest) return false;
    const MonotonicTime from = std::max(moment(std::max(range.start, epoch)), started_);
    const MonotonicTime until = std::min(moment(std::min(range.end, epoch + longest)), now);
    if (until <= from) return false;
    const std::uint64_t oldest = timeline.first_after(started_);
    client.replay = Client::Replay{.next = std::max(timeline.key_at(timeline.first_after(from)), oldest),
                                   .end = timeline.first_after(until),
                                   .stamp = {.epoch = epoch, .discontinuity = true, .cseq = cseq}};
    return true;
}

void FarmLoop::continue_replay(Client& client) {
    Client::Replay& replay = *client.replay;
    Timeline& timeline = channels_[client.session.stream()->timeline].timeline;
    constexpr std::size_t bytes_at_once = 1U << 20;
    for (std::size_t sent = 0; sent < bytes_at_once && replay.next < replay.end && !client.has_pending();) {
        const Tick out = timeline.build(replay.next++, replay.stamp);
        replay.stamp.discontinuity = false;
        const auto [video, audio] = client.session.tracks();
        const ByteView bytes = video && audio ? out.all
                               : video        ? out.all.first(out.video_size)
                                              : out.all.subspan(out.video_size);
        sent += bytes.size();
        deliver_media(client, bytes, out.key);
        if (client.dead) return;
    }
    if (replay.next >= replay.end) client.replay.reset();
}

void FarmLoop::stop_playing(Client& client) {
    client.replay.reset();
    if (!client.playing) return;
    client.playing = false;
    std::erase(channels_[client.session.stream()->timeline].clients, &client);
    counters_.playing.fetch_sub(1, std::memory_order_relaxed);
}

void FarmLoop::look_for_outage() {
    if (options_.outage_file.empty()) return;
    std::error_code ignored;
    const bool outage = std::filesystem::exists(options_.outage_file, ignored);
    if (outage != outage_)
        log::info("simulated cameras: {}", outage ? "the cable is pulled" : "the cable is back");
    outage_ = outage;
}

/// Once a second: sessions that fell silent, and the `drop` fault.
void FarmLoop::sweep(MonotonicTime now) {
    const bool drops = options_.fault.kind == Fault::Kind::drop;
    look_for_outage();
    if (!options_.outage_file.empty())
        next_sweep_ = now + outage_sweep_interval;
    else
        next_sweep_ =
            now + (drops ? std::chrono::milliseconds(20) : std::chrono::milliseconds(sweep_interval));
    for (auto& [fd, client] : clients_) {
        const bool timed_out = now - client->last_heard > options_.session_timeout;
        const bool dropped = drops && now - client->connected >= options_.fault.drop_after;
        const bool down = options_.control && options_.control->is_down(client->camera, now);
        if (client->dead || (!timed_out && !dropped && !down && !outage_)) continue;
        client->dead = true;
        dead_.push_back(client.get());
    }
}

void FarmLoop::bury_dead() {
    for (Client* client : dead_) {
        stop_playing(*client);
        if (!client->cookie.empty()) tunnels_.erase(client->cookie);
        clients_.erase(client->fd);
    }
    if (!dead_.empty()) counters_.clients.store(clients_.size(), std::memory_order_relaxed);
    dead_.clear();
}

}  // namespace vedette::simulate
