#pragma once
// One media channel of a WebSocket; for viewer_connection.cpp and feed.cpp alone.

#include "hub/api/viewer_connection.hpp"

namespace vedette::hub::api {

class ViewerConnection::Feed final : public relay::Sink {
  public:
    Feed(ViewerConnection& owner, std::uint32_t number) : owner_(owner), number_(number) {}

    void attach(std::unique_ptr<relay::Channel> channel) { channel_ = std::move(channel); }
    void grant(std::uint32_t bytes) {
        if (channel_) channel_->grant(bytes);
    }
    void talk(std::vector<std::int16_t> samples) {
        if (channel_) channel_->talk(std::move(samples));
    }
    void tick() {
        if (channel_) channel_->tick();
    }

  private:
    void on_init(const std::string& mime_type, const SharedBytes& segment) override;
    void on_media(const wire::ChannelMedia& media) override;
    void on_gap(const UtcInterval& interval, const std::string& reason) override;
    void on_ready() override { owner_.send({{"type", "talk.ready"}, {"channel", number_}}); }
    void on_end(const std::optional<Error>& error) override;
    std::size_t queued_bytes() const override { return owner_.socket_->queued_bytes(); }

    ViewerConnection& owner_;
    std::uint32_t number_;
    std::unique_ptr<relay::Channel> channel_;
};

}  // namespace vedette::hub::api
