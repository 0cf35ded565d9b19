#include "gateway/talk.hpp"

#include <utility>

namespace vedette::gateway {

void Talk::add(std::span<const std::int16_t> samples) {
    if (open_) session_->say(samples);
}

net::Awaitable<Error> Talk::run(ingest::CameraProcess& process, ingest::CameraAccess access,
                                ingest::CertificateBook& book, std::function<void()> ready) {
    // As live, but sound goes inside the connection.
    const ingest::Route route = ingest::routes(access.url, ingest::over_tcp(access)).front();
    rtsp::ClientOptions options = ingest::client_options(route, access.allow_basic_in_clear);
    options.back_channel = true;
    auto connecting = ingest::connect_camera(process, route, std::move(access.credentials), access.floor,
                                             std::move(options), book);
    auto contact = co_await std::move(connecting);
    if (!contact) co_return std::move(contact.error());
    if (contact->objection) co_return Error{ErrorKind::forbidden, *contact->objection};
    session_ = std::move(contact->session);
    auto conversing = converse(ready);
    Error end = co_await std::move(conversing);
    open_ = false;
    co_return end;
}

net::Awaitable<Error> Talk::converse(const std::function<void()>& ready) {
    for (;;) {
        while (auto event = session_->next_event()) {
            if (std::holds_alternative<rtsp::Playing>(*event)) {
                open_ = true;
                ready();
            } else if (std::holds_alternative<rtsp::Redirected>(*event)) {
                co_return Error{ErrorKind::unsupported, "the camera sends us elsewhere for its loudspeaker"};
            } else if (auto* closed = std::get_if<rtsp::Closed>(&*event)) {
                co_return closed->error.value_or(
                    Error{ErrorKind::unavailable, "the camera ended the session"});
            }
        }
        co_await session_->wait();
    }
}

}  // namespace vedette::gateway
