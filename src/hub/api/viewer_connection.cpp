#include "hub/api/viewer_connection.hpp"

#include <boost/json/serialize.hpp>

#include "hub/api/feed.hpp"
#include "hub/api/json_control.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace {

// RFC 6455 section 7.4.1
constexpr std::uint16_t close_policy_violation = 1008;
constexpr std::uint16_t close_unsupported_data = 1003;

}  // namespace

ViewerConnection::ViewerConnection(ServicesPtr services, policy::Authorised granted, policy::Context context,
                                   identity::SessionDigest session, std::unique_ptr<net::WebSocket> socket)
    : services_(std::move(services)),
      granted_(std::move(granted)),
      context_(context),
      session_(session),
      socket_(std::move(socket)),
      tick_(services_->executor) {}

ViewerConnection::~ViewerConnection() {
    services_->site.unsubscribe(*this);
    feeds_.clear();  // before the socket that they write to
}

net::Awaitable<void> ViewerConnection::run(std::shared_ptr<ViewerConnection> self) {
    if (!self->services_->site.subscribe(self->granted_, *self)) co_return;
    self->tick_later();
    for (;;) {
        const auto message = co_await self->socket_->receive();
        if (!message || !self->on_message(*message)) break;
    }
    self->closing_ = true;
    self->tick_.cancel();
    self->feeds_.clear();
    self->services_->site.unsubscribe(*self);
}

void ViewerConnection::tick_later() {
    tick_.expires_after(services_->session_check);
    tick_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (error || !self || self->closing_) return;
        if (!self->services_->identity->is_alive(self->session_, false)) {
            self->closing_ = true;
            self->feeds_.clear();
            self->services_->site.unsubscribe(*self);
            self->socket_->close(close_policy_violation, "signed out");
            return;
        }
        for (const auto& [number, feed] : self->feeds_) feed->tick();
        self->tick_later();
    });
}

bool ViewerConnection::on_message(const net::WebSocketMessage& message) {
    // Whoever sends credit for pictures is watching: that counts as use of the session.
    if (closing_ || !services_->identity->is_alive(session_, true)) {
        socket_->close(close_policy_violation, "signed out");
        return false;
    }
    if (message.binary) {
        const auto sound = parse_talk_sound(message.data);
        if (!sound) {
            socket_->close(close_unsupported_data, "this is no sound");
            return false;
        }
        // Sound for a channel that has just ended is no mistake of the client's.
        if (const auto feed = feeds_.find(sound->channel); feed != feeds_.end())
            feed->second->talk(sound->samples);
        return true;
    }
    auto parsed = parse_client_message(as_text(message.data));
    if (parsed)
        std::visit([this](const auto& body) { on(body); }, *parsed);
    else
        send_error(parsed.error().problem, parsed.error().channel);
    return true;
}

Outcome<policy::Authorised> ViewerConnection::decide(policy::Action action, const CameraId& camera) const {
    const auto object = policy::Object::of(granted_.object().organisation, camera);
    auto granted = policy::authorise(granted_.principal(), action, object, context_);
    if (!granted) return std::unexpected(Problem(granted.error()));
    return std::move(*granted);
}

ViewerConnection::Feed* ViewerConnection::new_feed(std::uint32_t channel) {
    if (feeds_.contains(channel)) {
        send_error(Problem(409, "conflict", "This channel is open already; choose another number"), channel);
        return nullptr;
    }
    if (feeds_.size() >= max_channels) {
        send_error(Problem(429, "exhausted", fmt::format("At most {} channels can be open", max_channels)),
                   channel);
        return nullptr;
    }
    return feeds_.emplace(channel, std::make_unique<Feed>(*this, channel)).first->second.get();
}

void ViewerConnection::started(std::uint32_t channel, Outcome<std::unique_ptr<relay::Channel>> opened) {
    const auto feed = feeds_.find(channel);
    if (opened && feed != feeds_.end()) {
        feed->second->attach(std::move(*opened));
        return;
    }
    feeds_.erase(channel);
    if (!opened)
        send({{"type", "channel.ended"}, {"channel", channel}, {"problem", to_json(opened.error())}});
}

void ViewerConnection::on(const LiveStart& start) {
    Feed* feed = new_feed(start.channel);
    if (!feed) return;
    auto granted = decide(policy::Action::watch_live, start.camera);
    if (!granted)
        started(start.channel, std::unexpected(granted.error()));
    else
        started(start.channel, services_->site.watch(*granted, start.stream, *feed));
}

void ViewerConnection::on(const PlaybackStart& start) {
    Feed* feed = new_feed(start.channel);
    if (!feed) return;
    auto granted = decide(policy::Action::play_recording, start.camera);
    if (!granted)
        started(start.channel, std::unexpected(granted.error()));
    else
        started(start.channel, services_->site.play(*granted, start.stream, start.interval, *feed));
}

void ViewerConnection::on(const TalkStart& start) {
    Feed* feed = new_feed(start.channel);
    if (!feed) return;
    auto granted = decide(policy::Action::talk, start.camera);
    if (!granted)
        started(start.channel, std::unexpected(granted.error()));
    else
        started(start.channel, services_->site.talk(*granted, *feed));
}

void ViewerConnection::on(const CreditGrant& grant) {
    // Credit for a channel that has just ended is no mistake of the client's.
    if (const auto feed = feeds_.find(grant.channel); feed != feeds_.end()) feed->second->grant(grant.bytes);
}

void ViewerConnection::on(const Stop& stop) {
    feeds_.erase(stop.channel);
}

void ViewerConnection::on_camera(const wire::CameraStatus& status) {
    if (decide(policy::Action::view_camera, status.id))
        send({{"type", "camera.changed"}, {"camera", to_json(status)}});
}

void ViewerConnection::on_camera_removed(const CameraId& id) {
    if (decide(policy::Action::view_camera, id)) send({{"type", "camera.removed"}, {"camera_id", id.text()}});
}

void ViewerConnection::on_camera_state(const wire::CameraStateChanged& changed) {
    if (!decide(policy::Action::view_camera, changed.camera)) return;
    boost::json::object message = to_json(changed.change);
    message["type"] = "camera.state";
    message["camera_id"] = changed.camera.text();
    send(message);
}

void ViewerConnection::on_storage(const wire::StorageStatus& status) {
    send({{"type", "storage.changed"}, {"storage", to_json(status)}});
}

void ViewerConnection::on_camera_event(const wire::CameraEvent& event) {
    if (decide(policy::Action::view_events, event.camera))
        send({{"type", "camera.event"}, {"event", to_json(event)}});
}

void ViewerConnection::send(const boost::json::object& message) {
    if (!closing_) socket_->send_text(boost::json::serialize(message));
}

void ViewerConnection::send_error(const Problem& problem, std::optional<std::uint32_t> channel) {
    boost::json::object message{{"type", "error"}, {"problem", to_json(problem)}};
    if (channel) message["channel"] = *channel;
    send(message);
}

}  // namespace vedette::hub::api
