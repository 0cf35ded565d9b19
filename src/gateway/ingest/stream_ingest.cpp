#include "gateway/ingest/stream_ingest.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "base/host.hpp"
#include "base/log.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway::ingest {

namespace chrono = std::chrono;

namespace {

constexpr chrono::seconds proven_session{10};  // one that lasted this long starts the back-off anew
constexpr int max_redirects = 3;
constexpr std::size_t max_low_water_mark = 128 * 1024;
constexpr double low_water_seconds = 0.25;  // what waits in the kernel while nobody watches

std::uint32_t random_number() {
    static thread_local std::minstd_rand generator{std::random_device{}()};  // jitter, not secrets
    return static_cast<std::uint32_t>(generator());
}

}  // namespace

vault::GapReason gap_reason(const Error& error) {
    switch (error.kind) {
        case ErrorKind::timeout:
            return vault::GapReason::camera_silent;
        case ErrorKind::corrupt:
        case ErrorKind::unsupported:
        case ErrorKind::exhausted:
            return vault::GapReason::bad_media;
        case ErrorKind::internal:
            return vault::GapReason::not_running;
        default:
            return vault::GapReason::camera_unreachable;
    }
}

StreamIngest::StreamIngest(IngestContext context, vault::StreamKey key, CameraAccess access,
                           CertificateBook& book, StreamTap& tap, const RecordingOrders& orders,
                           std::optional<UtcTime> recorded_until, std::function<void()> on_change)
    : context_(context),
      key_(key),
      access_(std::move(access)),
      book_(book),
      on_change_(std::move(on_change)),
      recorder_(key, context.vault, context.clock, tap, orders, recorded_until),
      tasks_(context.executor, "camera " + key.camera.text()),
      chooser_(access_.url, access_.transport, access_.remembered_transport) {
    health_.since = context.clock.utc_now();
    if (access_.remembered_transport) back_off_.known_to_work();
    counted_at_ = context.clock.monotonic_now();
}

void StreamIngest::start() {
    tasks_.spawn(run());
}

net::Awaitable<void> StreamIngest::stop() {
    co_await tasks_.stop();
    session_.reset();
    recorder_.end_session(vault::GapReason::not_running, "the recorder was stopped");
}

void StreamIngest::set_state(StreamState state, std::string reason) {
    if (health_.state == state && health_.reason == reason) return;
    if (health_.state != state) health_.since = context_.clock.utc_now();
    health_.state = state;
    health_.reason = std::move(reason);
    on_change_();
}

net::Awaitable<void> StreamIngest::run() {
    for (;;) {
        const MonotonicTime began = context_.clock.monotonic_now();
        const std::uint64_t pictures = recorder_.counters().pictures;
        SessionEnd end = co_await attempt();
        flowing_ = false;
        session_.reset();
        if (!expected_.empty() && context_.clock.monotonic_now() < expected_until_)
            end.error.message = expected_ + ": " + end.error.message;
        recorder_.end_session(gap_reason(end.error), end.error.message);
        // Once for each cause: a camera that is away for a night must not fill the log.
        if (health_.state != StreamState::waiting || health_.reason != end.error.message)
            log::warn("camera {} stream {}: {}", key_.camera.text(), key_.stream, end.error.message);
        if (health_.offered) {
            set_state(StreamState::certificate_changed, std::move(end.error.message));
            co_return;
        }
        if (end.error.kind == ErrorKind::unauthenticated) {
            set_state(StreamState::unauthorised, std::move(end.error.message));
            co_return;
        }
        if (chooser_.failed(end.outcome)) continue;
        const auto took = context_.clock.monotonic_now() - began;
        if (recorder_.counters().pictures > pictures && took > proven_session) back_off_.reset();
        set_state(StreamState::waiting, std::move(end.error.message));
        const auto wait = back_off_.next(end.error.kind, took, random_number());
        co_await net::sleep_for(wait);
    }
}

// One connection, or a few where the camera redirects.
net::Awaitable<StreamIngest::SessionEnd> StreamIngest::attempt() {
    Route route = chooser_.current();
    rtsp::Credentials credentials = access_.credentials.duplicate();
    for (int hop = 0;; ++hop) {
        rtsp::Credentials own = credentials.duplicate();
        SessionEnd end = co_await converse(route, std::move(own));
        if (!end.redirect) co_return end;
        if (hop == max_redirects)
            co_return SessionEnd{{ErrorKind::unavailable, "the camera redirects in circles"}, {}};
        auto next = rtsp::parse_url(end.redirect->url);
        if (!next)
            co_return SessionEnd{
                {ErrorKind::unavailable, "the camera redirects to an address that can't be read"}, {}};
        next->url.host = host_told_by(route.url.host, next->url.host);
        route.url = std::move(next->url);
        credentials = {};  // they were given for the first address
    }
}

net::Awaitable<StreamIngest::SessionEnd> StreamIngest::converse(Route route, rtsp::Credentials credentials) {
    auto connecting = connect_camera(context_.process, route, std::move(credentials), access_.floor,
                                     client_options(route, access_.allow_basic_in_clear), book_);
    auto connected = co_await std::move(connecting);
    if (!connected) {
        const auto outcome = outcome_of(route, connected.error());
        co_return SessionEnd{std::move(connected.error()), {}, outcome};
    }
    health_.certificate = connected->expected ? connected->expected : connected->certificate;
    if (connected->objection) {
        health_.offered = connected->certificate;
        co_return SessionEnd{{ErrorKind::forbidden, *std::move(connected->objection)}, {}};
    }
    session_ = std::move(connected->session);
    low_water_mark_ = 1;
    told_watched_ = false;
    counted_before_ = {health_.reordered_packets, health_.refused_packets};
    session_has_recorded_ = false;
    for (;;) {
        if (auto end = drain(*session_)) co_return std::move(*end);
        co_await session_->wait();
        const camera_process::Counters& counters = session_->counters();
        health_.reordered_packets = counted_before_.reordered_packets + counters.reordered_packets;
        health_.refused_packets = counted_before_.refused_packets + counters.refused_packets;
    }
}

void StreamIngest::note_success() {
    if (!session_has_recorded_ && recorded_before_) ++health_.reconnects;
    session_has_recorded_ = recorded_before_ = true;
    back_off_.known_to_work();
    health_.transport = chooser_.current().name;
    if (chooser_.succeeded()) book_.remember(chooser_.current().name);
}

std::optional<StreamIngest::SessionEnd> StreamIngest::drain(CameraSession& session) {
    while (auto event = session.next_event()) {
        if (auto* closed = std::get_if<rtsp::Closed>(&*event)) {
            Error error =
                closed->error.value_or(Error{ErrorKind::unavailable, "the camera ended the session"});
            const auto outcome = closed->transport_refused ? TransportChooser::Outcome::refused_transport
                                                           : TransportChooser::Outcome::other;
            return SessionEnd{std::move(error), {}, outcome};
        }
        if (auto* redirect = std::get_if<rtsp::Redirected>(&*event))
            return SessionEnd{{ErrorKind::unavailable, "the camera redirected us"}, std::move(*redirect)};
        if (const auto* address = std::get_if<rtsp::MediaAddress>(&*event)) {
            if (auto followed = session.follow(*address); !followed)
                return SessionEnd{
                    std::move(followed.error()), {}, TransportChooser::Outcome::refused_transport};
            continue;
        }
        if (std::holds_alternative<rtsp::Playing>(*event)) {
            flowing_ = true;
            continue;
        }
        recorder_.on_event(std::move(*event));
    }
    if (recorder_.recording()) {
        if (health_.state != StreamState::recording) {
            note_success();
            expected_.clear();
        }
        set_state(StreamState::recording, "");
    } else if (!recorder_.trouble().empty())
        set_state(StreamState::connecting, recorder_.trouble());
    else if (health_.state != StreamState::waiting)
        set_state(StreamState::connecting, "");
    return std::nullopt;
}

void StreamIngest::expect_gap(std::string why, std::chrono::nanoseconds limit) {
    expected_ = std::move(why);
    expected_until_ = context_.clock.monotonic_now() + limit;
}

void StreamIngest::set_watched(bool watched) {
    watched_ = watched;
    apply_low_water_mark();
}

void StreamIngest::apply_low_water_mark() {
    std::size_t mark = 1;
    if (flowing_ && !watched_ && recorder_.recording())
        mark = std::clamp<std::size_t>(
            static_cast<std::size_t>(health_.bits_per_second / 8 * low_water_seconds), 1, max_low_water_mark);
    if (!session_) return;
    if (session_->has_datagrams()) mark = 1;
    // Small changes of the rate are not worth a system call.
    const bool near = mark == low_water_mark_ || (mark > 1 && low_water_mark_ > 1 &&
                                                  mark / 2 < low_water_mark_ && low_water_mark_ / 2 < mark);
    if (near && told_watched_ == watched_) return;
    session_->tune(static_cast<std::uint32_t>(mark), watched_);
    low_water_mark_ = mark;
    told_watched_ = watched_;
}

void StreamIngest::tick() {
    recorder_.tick();
    const MonotonicTime now = context_.clock.monotonic_now();
    const double seconds = chrono::duration<double>(now - counted_at_).count();
    if (seconds < 0.5) return;
    const StreamCounters& counters = recorder_.counters();
    // Smoothed over a few seconds: a key frame alone is a second's worth of bits.
    const double bits = static_cast<double>(counters.payload_bytes - counted_.payload_bytes) * 8 / seconds;
    const double frames = static_cast<double>(counters.pictures - counted_.pictures) / seconds;
    const double weight = recorder_.recording() && health_.bits_per_second > 0 ? 0.25 : 1;
    health_.bits_per_second += (bits - health_.bits_per_second) * weight;
    health_.frames_per_second += (frames - health_.frames_per_second) * weight;
    counted_ = counters;
    health_.lost_packets = counters.lost_packets;
    counted_at_ = now;
    apply_low_water_mark();
}

}  // namespace vedette::gateway::ingest
