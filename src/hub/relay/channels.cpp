#include "hub/relay/channels.hpp"

#include <algorithm>

namespace vedette::hub::relay {

Relay::PlaybackChannel::~PlaybackChannel() {
    relay_->playbacks_.erase(channel_);
    if (!ended_) relay_->link_->send(wire::CloseChannel{.channel = channel_});
}

void Relay::PlaybackChannel::grant(std::uint32_t bytes) {
    held_ = std::min<std::uint64_t>(held_ + bytes, max_credit_bytes);
    pass_credit_on();
}

void Relay::PlaybackChannel::talk(std::vector<std::int16_t> samples) {
    if (!ended_) relay_->link_->send(wire::ChannelSound{.channel = channel_, .samples = std::move(samples)});
}

void Relay::PlaybackChannel::pass_credit_on() {
    if (ended_ || held_ == 0) return;
    const std::uint64_t under_way = outstanding_ + sink_->queued_bytes();
    if (under_way >= max_queued_bytes) return;
    const std::uint64_t bytes = std::min<std::uint64_t>(held_, max_queued_bytes - under_way);
    held_ -= bytes;
    outstanding_ += bytes;
    relay_->link_->send(wire::Credit{.channel = channel_, .bytes = static_cast<std::uint32_t>(bytes)});
}

void Relay::PlaybackChannel::media(const wire::ChannelMedia& media) {
    outstanding_ -= std::min<std::uint64_t>(outstanding_, size_of(media));
    sink_->on_media(media);  // may delete this channel
}

void Relay::PlaybackChannel::end(const std::optional<Error>& error) {
    ended_ = true;
    sink_->on_end(error);  // may delete this channel
}

}  // namespace vedette::hub::relay
