#include "hub/api/viewer_connection.hpp"

#include <boost/json/serialize.hpp>

#include "hub/api/circumstances.hpp"
#include "hub/api/clearance_steps.hpp"
#include "hub/api/feed.hpp"
#include "hub/api/json_control.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace {

// RFC 6455 section 7.4.1
constexpr std::uint16_t close_policy_violation = 1008;
constexpr std::uint16_t close_unsupported_data = 1003;

policy::RightsPtr rights_of_user(const policy::Principal& principal) {
    const policy::User* user = policy::account_of(principal);
    return user ? user->rights : nullptr;
}

}  // namespace

ViewerConnection::ViewerConnection(ServicesPtr services, policy::Authorised granted, policy::Context context,
                                   identity::Credential credential, std::string address,
                                   std::unique_ptr<net::WebSocket> socket)
    : services_(std::move(services)),
      granted_(std::move(granted)),
      context_(context),
      rights_(rights_of_user(granted_.principal())),
      credential_(credential),
      address_(std::move(address)),
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
        const auto principal = self->services_->identity->present(self->credential_, false);
        if (!principal) return self->leave("signed out");
        self->decide_again(*principal);
        if (self->closing_) return;
        self->tell_of_clearances();
        for (const auto& [number, feed] : self->feeds_) feed->tick();
        self->tick_later();
    });
}

void ViewerConnection::leave(std::string why) {
    closing_ = true;
    feeds_.clear();
    services_->site.unsubscribe(*this);
    socket_->close(close_policy_violation, std::move(why));
}

void ViewerConnection::decide_again(const policy::Principal& principal) {
    context_ = at_this_moment(context_, *services_);
    auto granted = policy::authorise(principal, granted_.action(), granted_.object(), context_);
    if (!granted) return leave("not permitted any more");
    granted_ = std::move(*granted);
    std::vector<std::pair<std::uint32_t, Problem>> ended;
    for (const auto& [number, feed] : feeds_) {
        const auto& about = feed->granted();
        if (!about) continue;
        const auto again = policy::authorise(principal, about->action(), about->object(), context_);
        if (again)
            feed->hear(hearing_of(again->decision()));
        else
            ended.emplace_back(number, Problem(again.error()));
    }
    for (auto& [number, problem] : ended) started(number, std::unexpected(std::move(problem)));
    policy::RightsPtr rights = rights_of_user(principal);
    if (rights == rights_) return;
    rights_ = std::move(rights);
    send({{"type", "session.changed"}});
}

void ViewerConnection::tell_of_clearances() {
    // No program approves, or waits for somebody.
    if (!std::holds_alternative<policy::User>(granted_.principal())) return;
    std::vector<ClearanceId> approvals;
    for (const Clearance* clearance : approvals_for(*services_, granted_, context_))
        approvals.push_back(clearance->id);
    if (approvals != approvals_) {
        approvals_ = std::move(approvals);
        send({{"type", "approvals.changed"}});
    }
    const auto* session = std::get_if<identity::SessionDigest>(&credential_);
    if (!session) return;
    std::map<ClearanceId, Clearance::State> own;
    for (const Clearance* clearance : services_->clearances.of_session(*session, services_->clock->utc_now()))
        own.emplace(clearance->id, clearance->state);
    if (own == own_clearances_) return;
    own_clearances_ = std::move(own);
    send({{"type", "clearances.changed"}});
}

bool ViewerConnection::on_message(const net::WebSocketMessage& message) {
    // Whoever sends credit for pictures is watching: that counts as use of the session or token.
    if (closing_ || !services_->identity->present(credential_, true)) {
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
    return feeds_.emplace(channel, std::make_unique<Feed>(*this, channel, ++last_feed_)).first->second.get();
}

void ViewerConnection::started(std::uint32_t channel, Outcome<std::unique_ptr<relay::Channel>> opened) {
    const auto feed = feeds_.find(channel);
    if (opened && feed != feeds_.end()) {
        feed->second->attach(std::move(*opened));
        return;
    }
    if (!opened && feed != feeds_.end()) feed->second->fail(opened.error());
    feeds_.erase(channel);
    if (!opened)
        send({{"type", "channel.ended"}, {"channel", channel}, {"problem", to_json(opened.error())}});
}

Decided ViewerConnection::asked(policy::Action action, std::string_view operation,
                                const CameraId& camera) const {
    return {.principal = granted_.principal(),
            .action = action,
            .object = policy::Object::of(granted_.object().organisation, camera),
            .decision = {},
            .operation = std::string(operation),
            .address = address_,
            .camera_name = services_->site.name_for_audit(camera),
            .details = {}};
}

void ViewerConnection::start(std::uint32_t channel, Decided asked, Open open) {
    Feed* feed = new_feed(channel);
    if (!feed) return;
    auto granted = policy::authorise(granted_.principal(), asked.action, asked.object, context_);
    asked.decision = granted ? granted->decision() : granted.error();
    if (granted && granted->decision().obligations.no_sound) asked.details["sound"] = "withheld";
    const std::uint64_t id = feed->id();
    auto go_on = [weak = weak_from_this(), channel, id, asked, granted = std::move(granted),
                  open = std::move(open)](const Outcome<Recorder::Number>& recorded) {
        const auto self = weak.lock();
        if (!self || self->closing_) {
            // The client has gone meanwhile: nothing was opened.
            return;
        }
        const auto found = self->feeds_.find(channel);
        if (found == self->feeds_.end() || found->second->id() != id) return;  // stopped meanwhile
        if (!recorded)
            self->started(channel, std::unexpected(recorded.error()));
        else if (!granted)
            self->started(channel, std::unexpected(Problem(granted.error())));
        else {
            if (*recorded) found->second->record_end(asked, **recorded);
            self->started(channel, open(found->second->keep(*granted), *found->second));
        }
    };
    services_->recorder.decided(asked, services_->executor, std::move(go_on));
}

void ViewerConnection::on(const LiveStart& message) {
    Decided live = asked(policy::Action::watch_live, "live.start", message.camera);
    live.details["stream"] = media::to_string(message.stream);
    start(message.channel, std::move(live),
          [this, stream = message.stream](const policy::Authorised& granted, Feed& feed) {
              return services_->site.watch(granted, stream, feed);
          });
}

void ViewerConnection::on(const PlaybackStart& message) {
    Decided playback = asked(policy::Action::play_recording, "playback.start", message.camera);
    playback.details["stream"] = media::to_string(message.stream);
    playback.details["start_90k"] = ticks(message.interval.start);
    start(message.channel, std::move(playback),
          [this, stream = message.stream, interval = message.interval](const policy::Authorised& granted,
                                                                       Feed& feed) {
              return services_->site.play(granted, stream, interval, feed);
          });
}

void ViewerConnection::on(const TalkStart& message) {
    start(message.channel, asked(policy::Action::talk, "talk.start", message.camera),
          [this](const policy::Authorised& granted, Feed& feed) {
              return services_->site.talk(granted, feed);
          });
}

void ViewerConnection::on(const CreditGrant& grant) {
    // Credit for a channel that has just ended is no mistake of the client's.
    if (const auto feed = feeds_.find(grant.channel); feed != feeds_.end()) feed->second->grant(grant.bytes);
}

void ViewerConnection::on(const Stop& stop) {
    feeds_.erase(stop.channel);
}

void ViewerConnection::on_camera(const wire::CameraStatus& status) {
    if (!decide(policy::Action::view_camera, status.id)) return;
    const auto object = policy::Object::of(granted_.object().organisation, status.id);
    const auto rights = policy::rights_held(granted_.principal(), object, context_);
    send({{"type", "camera.changed"}, {"camera", to_json(status, rights)}});
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
