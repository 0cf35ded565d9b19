#include "gateway/camera_process/camera_session.hpp"

#include <algorithm>
#include <utility>

#include "gateway/camera_process/camera_process.hpp"

namespace vedette::gateway::camera_process {

CameraSession::CameraSession(CameraProcess& process, SessionId id, const Open& open, net::MediaSockets media,
                             std::string local, std::string peer)
    : process_(process),
      id_(id),
      monitor_(open.url.secure, open.http, media.pairs()),
      media_(std::move(media)),
      local_(std::move(local)),
      peer_(std::move(peer)),
      host_(open.url.host),
      port_(open.port),
      woken_(process.executor()) {}

CameraSession::~CameraSession() {
    process_.forget(id_, monitor_.over());
}

net::Awaitable<Result<Shown>> CameraSession::handshake() {
    while (!shown_ && !handshake_error_) co_await woken_.wait();
    if (handshake_error_) co_return std::unexpected(*handshake_error_);
    co_return *shown_;
}

void CameraSession::go_on() {
    monitor_.go_on();
    process_.send(GoOn{id_});
}

net::Awaitable<Result<>> CameraSession::established() {
    while (!established_ && !handshake_error_) co_await woken_.wait();
    if (handshake_error_) co_return std::unexpected(*handshake_error_);
    co_return Result<>{};
}

// To where the first connection went, and nowhere else.
void CameraSession::dial_again(MonotonicTime now) {
    while (!dialled_.empty() && now - dialled_.front() > std::chrono::seconds(10)) dialled_.pop_front();
    if (dialling_ || dialled_.size() >= max_dials)
        return process_.send(Dialled{
            id_, Error{ErrorKind::exhausted, "the camera wants too many connections for its tunnel"}});
    dialled_.push_back(now);
    dialling_ = true;
    process_.dial(id_, host_, port_);
}

std::optional<rtsp::ClientEvent> CameraSession::next_event() {
    if (events_.empty()) return std::nullopt;
    rtsp::ClientEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
}

net::Awaitable<void> CameraSession::wait() {
    while (events_.empty()) co_await woken_.wait();
}

Result<> CameraSession::follow(const rtsp::MediaAddress& address) {
    if (!address.source.empty()) VEDETTE_CHECK(media_.allow_sender(address.source));  // is it an address?
    if (address.group.empty()) return {};
    VEDETTE_CHECK(media_.add_group(address.group, address.port, local_));
    monitor_.add_pair();
    process_.send(Joined{id_}, media_.handles(media_.pairs() - 1));
    return {};
}

void CameraSession::tune(std::uint32_t low_water_mark, bool watched) {
    process_.send(Tune{.session = id_, .low_water_mark = low_water_mark, .watched = watched});
}

void CameraSession::say(std::span<const std::int16_t> samples) {
    while (!samples.empty()) {
        const auto piece = samples.first(std::min(samples.size(), max_said_samples));
        process_.send(Say{.session = id_, .samples = {piece.begin(), piece.end()}});
        samples = samples.subspan(piece.size());
    }
}

Result<> CameraSession::take(Report report, MonotonicTime now) {
    VEDETTE_CHECK(monitor_.check(report));
    if (auto* event = std::get_if<rtsp::ClientEvent>(&report)) {
        events_.push_back(std::move(*event));
    } else if (auto* shown = std::get_if<Shown>(&report)) {
        shown_ = std::move(*shown);
    } else if (auto* failed = std::get_if<HandshakeFailed>(&report)) {
        handshake_error_ = std::move(failed->error);
    } else if (std::holds_alternative<Established>(report)) {
        established_ = true;
    } else if (std::holds_alternative<DialAgain>(report)) {
        dial_again(now);
        return {};
    } else if (const auto* datagram = std::get_if<rtsp::OutgoingDatagram>(&report)) {
        if (monitor_.may_send(now))
            media_.send(datagram->track, datagram->rtcp, peer_, datagram->port, datagram->bytes);
    } else if (const auto* counters = std::get_if<Counters>(&report)) {
        counters_ = *counters;
        return {};
    }
    woken_.notify();
    return {};
}

Result<> CameraSession::take(const MediaHead& head, ByteView data) {
    VEDETTE_TRY(auto unit, monitor_.take(head, data));
    if (!unit) return {};
    events_.emplace_back(std::move(*unit));
    woken_.notify();
    return {};
}

void CameraSession::process_ended(const Error& error) {
    if (!monitor_.over()) {
        handshake_error_ = error;
        events_.emplace_back(rtsp::Closed{error});
    }
    woken_.notify();
}

}  // namespace vedette::gateway::camera_process
