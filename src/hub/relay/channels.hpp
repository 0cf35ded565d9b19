#pragma once
// The two kinds of channel that Relay hands out; for relay.cpp and channels.cpp alone.

#include <memory>

#include "hub/relay/relay.hpp"

namespace vedette::hub::relay {

class Relay::LiveChannel final : public Channel {
  public:
    LiveChannel(std::shared_ptr<Relay> relay, StreamKey key, std::shared_ptr<LiveStream> stream,
                std::shared_ptr<LiveViewer> viewer)
        : relay_(std::move(relay)), key_(key), stream_(std::move(stream)), viewer_(std::move(viewer)) {}
    ~LiveChannel() override { relay_->leave(key_, stream_, *viewer_); }
    LiveChannel(const LiveChannel&) = delete;
    LiveChannel& operator=(const LiveChannel&) = delete;
    void grant(std::uint32_t bytes) override { viewer_->grant(bytes); }
    void tick() override {}

  private:
    std::shared_ptr<Relay> relay_;
    StreamKey key_;
    std::shared_ptr<LiveStream> stream_;
    std::shared_ptr<LiveViewer> viewer_;
};

/// Passes the viewer's credit on to the gateway, but never so much that what is under way would fill memory:
/// a viewer that grants without reading gains nothing.
class Relay::PlaybackChannel final : public Channel {
  public:
    PlaybackChannel(std::shared_ptr<Relay> relay, std::uint32_t channel, Sink& sink)
        : relay_(std::move(relay)), channel_(channel), sink_(&sink) {}
    ~PlaybackChannel() override;
    PlaybackChannel(const PlaybackChannel&) = delete;
    PlaybackChannel& operator=(const PlaybackChannel&) = delete;

    void grant(std::uint32_t bytes) override;
    void tick() override { pass_credit_on(); }
    void talk(std::vector<std::int16_t> samples) override;
    void ready() { sink_->on_ready(); }

    void init(const wire::ChannelInit& init) { sink_->on_init(init.mime_type, init.segment); }
    void media(const wire::ChannelMedia& media);
    void gap(const wire::ChannelGap& gap) { sink_->on_gap(gap.interval, gap.reason); }
    void end(const std::optional<Error>& error);

  private:
    void pass_credit_on();

    std::shared_ptr<Relay> relay_;
    std::uint32_t channel_;
    Sink* sink_;
    bool ended_ = false;
    std::uint64_t held_ = 0;                            ///< granted by the viewer, not passed on
    std::uint64_t outstanding_ = initial_credit_bytes;  ///< passed on, not used by the gateway
};

}  // namespace vedette::hub::relay
