#include "hub/relay/relay.hpp"

#include <algorithm>
#include <tuple>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "hub/relay/channels.hpp"

namespace vedette::hub::relay {

namespace asio = boost::asio;

struct Relay::Pending {
    explicit Pending(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;  // ends early when the reply is there
    std::optional<Result<ReplyBody>> reply;
};

std::shared_ptr<Relay> Relay::make(std::shared_ptr<wire::HubEnd> link, asio::any_io_executor executor) {
    std::shared_ptr<Relay> relay(new Relay(std::move(link), std::move(executor)));
    relay->link_->on_receive([weak = std::weak_ptr(relay)](wire::ToHub message) {
        if (const auto self = weak.lock()) self->receive(std::move(message));
    });
    return relay;
}

Relay::Relay(std::shared_ptr<wire::HubEnd> link, asio::any_io_executor executor)
    : link_(std::move(link)), executor_(std::move(executor)) {}

std::vector<wire::CameraStatus> Relay::cameras() const {
    std::vector<wire::CameraStatus> all;
    all.reserve(cameras_.size());
    for (const auto& [id, status] : cameras_) all.push_back(status);
    std::ranges::sort(all, {}, [](const auto& c) { return std::tie(c.name, c.id); });
    return all;
}

const wire::CameraStatus* Relay::find(const CameraId& id) const {
    const auto found = cameras_.find(id);
    return found == cameras_.end() ? nullptr : &found->second;
}

Figures Relay::figures() const {
    Figures figures{.live_upstreams = live_.size(),
                    .playbacks = playbacks_.size(),
                    .media_bytes_received = media_bytes_received_,
                    .requests_timed_out = requests_timed_out_};
    for (const auto& [key, stream] : live_) figures.live_viewers += stream->viewer_count();
    return figures;
}

Relay::Awaitable<Result<Relay::ReplyBody>> Relay::request(RequestBody body,
                                                          std::chrono::steady_clock::duration limit) {
    const auto self = shared_from_this();
    if (shut_down_) co_return fail(ErrorKind::cancelled, "Vedette is shutting down");
    const std::uint64_t id = ++last_request_;
    const auto pending = std::make_shared<Pending>(executor_);
    pending_.emplace(id, pending);
    pending->timer.expires_after(limit);
    link_->send(wire::Request{.id = id, .body = std::move(body)});
    const auto token = asio::as_tuple(asio::use_awaitable);
    const auto [ended_early] = co_await pending->timer.async_wait(token);
    pending_.erase(id);
    if (pending->reply) co_return std::move(*pending->reply);
    if (ended_early) co_return fail(ErrorKind::cancelled, "The request was given up");
    ++requests_timed_out_;
    co_return fail(ErrorKind::timeout, "The gateway did not answer within {} s",
                   std::chrono::duration_cast<std::chrono::seconds>(limit).count());
}

std::unique_ptr<Channel> Relay::open_live(const wire::LiveSource& source, Sink& sink) {
    const StreamKey key{source.camera, source.stream};
    auto viewer = std::make_shared<LiveViewer>(sink);
    std::shared_ptr<LiveStream>& slot = live_[key];
    if (!slot) {
        slot = std::make_shared<LiveStream>(++last_channel_);
        live_channels_.emplace(slot->channel(), key);
        // Fan-out needs no credit from its viewers: each skips for itself.
        link_->send(wire::OpenChannel{
            .channel = slot->channel(), .source = source, .credit_bytes = initial_credit_bytes});
    }
    const std::shared_ptr<LiveStream> stream = slot;
    auto channel = std::make_unique<LiveChannel>(shared_from_this(), key, stream, viewer);
    stream->add(std::move(viewer));
    return channel;
}

std::unique_ptr<Channel> Relay::open_playback(const wire::PlaybackSource& source, Sink& sink) {
    const std::uint32_t number = ++last_channel_;
    auto channel = std::make_unique<PlaybackChannel>(shared_from_this(), number, sink);
    playbacks_.emplace(number, channel.get());
    link_->send(wire::OpenChannel{.channel = number, .source = source, .credit_bytes = initial_credit_bytes});
    return channel;
}

std::unique_ptr<Channel> Relay::open_talk(const wire::TalkSource& source, Sink& sink) {
    const std::uint32_t number = ++last_channel_;
    auto channel = std::make_unique<PlaybackChannel>(shared_from_this(), number, sink);
    playbacks_.emplace(number, channel.get());
    link_->send(wire::OpenChannel{.channel = number, .source = source, .credit_bytes = 0});
    return channel;
}

void Relay::on(const wire::ChannelReady& ready) {
    if (PlaybackChannel* channel = playback_by_channel(ready.channel)) channel->ready();
}

void Relay::leave(const StreamKey& key, const std::shared_ptr<LiveStream>& stream, LiveViewer& viewer) {
    viewer.detach();
    if (!stream->remove(&viewer)) return;
    const auto current = live_.find(key);
    if (current == live_.end() || current->second != stream) return;  // it ended by itself
    link_->send(wire::CloseChannel{.channel = stream->channel()});
    live_channels_.erase(stream->channel());
    live_.erase(current);
}

void Relay::shutdown() {
    shut_down_ = true;
    const Error reason{ErrorKind::cancelled, "Vedette is shutting down"};
    for (const auto& [id, pending] : pending_) {
        if (!pending->reply) pending->reply = std::unexpected(reason);
        pending->timer.cancel();
    }
    while (!live_channels_.empty()) {
        const std::uint32_t channel = live_channels_.begin()->first;
        link_->send(wire::CloseChannel{.channel = channel});
        on(wire::ChannelEnd{.channel = channel, .error = reason});
    }
    while (!playbacks_.empty()) {
        const std::uint32_t channel = playbacks_.begin()->first;
        link_->send(wire::CloseChannel{.channel = channel});
        on(wire::ChannelEnd{.channel = channel, .error = reason});
    }
}

void Relay::receive(wire::ToHub message) {
    if (shut_down_) return;
    std::visit([this](auto& body) { on(std::move(body)); }, message);
}

void Relay::on(wire::Reply reply) {
    const auto found = pending_.find(reply.id);
    // A camera that was just added or changed can be asked for as soon as the caller hears of it.
    if (reply.body)
        if (const auto* status = std::get_if<wire::CameraStatus>(&*reply.body))
            on(wire::CameraChanged{.status = *status});
    if (found == pending_.end()) return;  // given up already
    found->second->reply = std::move(reply.body);
    found->second->timer.cancel();
}

std::shared_ptr<LiveStream> Relay::live_by_channel(std::uint32_t channel) const {
    const auto key = live_channels_.find(channel);
    if (key == live_channels_.end()) return nullptr;
    const auto stream = live_.find(key->second);
    return stream == live_.end() ? nullptr : stream->second;
}

Relay::PlaybackChannel* Relay::playback_by_channel(std::uint32_t channel) const {
    const auto found = playbacks_.find(channel);
    return found == playbacks_.end() ? nullptr : found->second;
}

void Relay::on(wire::ChannelInit init) {
    if (PlaybackChannel* playback = playback_by_channel(init.channel))
        playback->init(init);
    else if (const auto live = live_by_channel(init.channel))
        live->on_init(std::move(init));
}

void Relay::on(wire::ChannelMedia media) {
    const std::size_t bytes = size_of(media);
    media_bytes_received_ += bytes;
    if (PlaybackChannel* playback = playback_by_channel(media.channel)) {
        playback->media(media);
    } else if (const auto live = live_by_channel(media.channel)) {
        link_->send(wire::Credit{.channel = media.channel, .bytes = static_cast<std::uint32_t>(bytes)});
        live->on_media(std::move(media));
    }
}

void Relay::on(const wire::ChannelGap& gap) {
    if (PlaybackChannel* playback = playback_by_channel(gap.channel))
        playback->gap(gap);
    else if (const auto live = live_by_channel(gap.channel))
        live->on_gap(gap);
}

void Relay::on(const wire::ChannelEnd& end) {
    if (PlaybackChannel* playback = playback_by_channel(end.channel)) {
        playbacks_.erase(end.channel);
        playback->end(end.error);
    } else if (const auto live = live_by_channel(end.channel)) {
        // First out of the tables, so that a viewer that tries again at once opens a new stream.
        live_.erase(live_channels_.at(end.channel));
        live_channels_.erase(end.channel);
        live->on_end(end.error);
    }
}

void Relay::on(wire::CameraChanged changed) {
    wire::CameraStatus& status = cameras_[changed.status.id];
    status = std::move(changed.status);
    const wire::CameraStatus copy = status;
    const auto listeners = listeners_;
    for (Listener* listener : listeners)
        if (std::ranges::find(listeners_, listener) != listeners_.end()) listener->on_camera(copy);
}

void Relay::on(const wire::CameraRemoved& removed) {
    if (cameras_.erase(removed.id) == 0) return;
    const auto listeners = listeners_;
    for (Listener* listener : listeners)
        if (std::ranges::find(listeners_, listener) != listeners_.end())
            listener->on_camera_removed(removed.id);
}

void Relay::on(const wire::CameraStateChanged& changed) {
    const auto listeners = listeners_;
    for (Listener* listener : listeners)
        if (std::ranges::find(listeners_, listener) != listeners_.end()) listener->on_camera_state(changed);
}

void Relay::on(wire::StorageStatus status) {
    storage_ = std::move(status);
    const auto listeners = listeners_;
    for (Listener* listener : listeners)
        if (std::ranges::find(listeners_, listener) != listeners_.end()) listener->on_storage(storage_);
}

void Relay::on(const wire::CameraEventHappened& happened) {
    const auto listeners = listeners_;
    for (Listener* listener : listeners)
        if (std::ranges::find(listeners_, listener) != listeners_.end())
            listener->on_camera_event(happened.event);
}

}  // namespace vedette::hub::relay
