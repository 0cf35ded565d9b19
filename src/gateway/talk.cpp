#include "gateway/talk.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace vedette::gateway {

namespace {

constexpr std::size_t read_bytes = 16 * 1024;

// As live, but sound goes inside the connection.
ingest::TransportSetting over_tcp(const ingest::CameraAccess& access) {
    using enum ingest::TransportSetting;
    const ingest::TransportSetting way = access.remembered_transport.value_or(access.transport);
    if (way == srtp) return tls;
    return way == udp || way == multicast ? tcp : way;
}

}  // namespace

void Talk::add(std::span<const std::int16_t> samples) {
    waiting_.insert(waiting_.end(), samples.begin(), samples.end());
    if (waiting_.size() > max_waiting_samples)
        waiting_.erase(waiting_.begin(),
                       waiting_.end() - static_cast<std::ptrdiff_t>(max_waiting_samples / 2));
}

// A packet each 20 ms; while nothing is said, nothing is sent.
void Talk::speak(rtsp::ClientSession& session) {
    while (session.take_talk_turn(clock_.monotonic_now())) {
        if (waiting_.size() < rtsp::back_channel_samples) {
            session.pause_talk(rtsp::back_channel_samples);
            continue;
        }
        std::array<std::int16_t, rtsp::back_channel_samples> samples{};
        const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(samples.size());
        std::copy(waiting_.begin(), end, samples.begin());
        waiting_.erase(waiting_.begin(), end);
        session.talk(samples);
    }
}

std::optional<Error> Talk::drain(rtsp::ClientSession& session, const std::function<void()>& ready) {
    while (auto event = session.next_event()) {
        if (std::holds_alternative<rtsp::Playing>(*event)) {
            waiting_.clear();
            ready();
        } else if (std::holds_alternative<rtsp::Redirected>(*event)) {
            return Error{ErrorKind::unsupported, "the camera sends us elsewhere for its loudspeaker"};
        } else if (auto* closed = std::get_if<rtsp::Closed>(&*event)) {
            return closed->error.value_or(Error{ErrorKind::unavailable, "the camera ended the session"});
        }
    }
    return std::nullopt;
}

net::Awaitable<Error> Talk::run(ingest::CameraAccess access, ingest::CertificateBook& book,
                                std::function<void()> ready) {
    const ingest::Route route = ingest::routes(access.url, over_tcp(access)).front();
    auto connecting = ingest::connect_camera(route, access.credentials.duplicate(), access, book);
    auto connection = co_await std::move(connecting);
    if (!connection) co_return connection.error();
    if (connection->objection) co_return Error{ErrorKind::forbidden, *connection->objection};
    rtsp::ClientOptions options = ingest::client_options(*connection, route, access.allow_basic_in_clear);
    options.back_channel = true;
    rtsp::ClientSession session(route.url, std::move(access.credentials), options, clock_.monotonic_now());
    std::vector<std::byte> buffer(read_bytes);
    for (;;) {
        if (auto end = drain(session, ready)) {
            co_await ingest::say_goodbye(*connection, session);
            co_return std::move(*end);
        }
        speak(session);
        auto exchanging = ingest::exchange(*connection, session, clock_, buffer, 4);
        const auto exchanged = co_await std::move(exchanging);
        if (!exchanged) session.on_disconnected();
    }
}

}  // namespace vedette::gateway
