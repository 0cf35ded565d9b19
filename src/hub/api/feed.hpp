#pragma once
// One media channel of a WebSocket; for viewer_connection.cpp and feed.cpp alone.

#include "hub/api/viewer_connection.hpp"

namespace vedette::hub::api {

class ViewerConnection::Feed final : public relay::Sink {
  public:
    /// `id` is of this feed alone; a channel's number can be used again.
    Feed(ViewerConnection& owner, std::uint32_t number, std::uint64_t id)
        : owner_(owner), number_(number), id_(id) {}
    /// Writes the end into the audit log, where the start is.
    ~Feed() override;

    /// What lets this channel be; asked again while it is open.
    const policy::Authorised& keep(policy::Authorised granted) {
        granted_ = std::move(granted);
        return *granted_;
    }
    const std::optional<policy::Authorised>& granted() const { return granted_; }
    std::uint64_t id() const { return id_; }
    /// The start is in the audit log under `entry`: the end will be, too.
    void record_end(Decided asked, std::uint64_t entry);
    void attach(std::unique_ptr<relay::Channel> channel);
    void fail(const Problem& problem) { problem_ = problem; }
    /// By the last decision.
    void hear(const relay::Hearing& hearing) {
        if (channel_) channel_->hear(hearing);
    }
    void grant(std::uint32_t bytes);
    void talk(std::vector<std::int16_t> samples) {
        if (channel_) channel_->talk(std::move(samples));
    }
    void tick() {
        if (channel_) channel_->tick();
    }

  private:
    struct Recorded {
        Decided asked;
        std::uint64_t entry;
        MonotonicTime since;
    };
    void on_sound_withheld() override { sound_withheld_ = true; }
    void on_init(const std::string& mime_type, const SharedBytes& segment) override;
    void on_media(const wire::ChannelMedia& media) override;
    void on_gap(const UtcInterval& interval, const std::string& reason) override;
    void on_ready() override { owner_.send({{"type", "talk.ready"}, {"channel", number_}}); }
    void on_end(const std::optional<Error>& error) override;
    std::size_t queued_bytes() const override { return owner_.socket_->queued_bytes(); }

    ViewerConnection& owner_;
    std::uint32_t number_;
    std::uint64_t id_;
    std::uint32_t early_credit_ = 0;  ///< granted before the channel was open
    bool sound_withheld_ = false;     ///< from what begins next
    std::optional<Recorded> recorded_;
    std::optional<UtcInterval> shown_;  ///< of recordings: from the earliest to the latest that was sent
    std::optional<Problem> problem_;
    std::optional<policy::Authorised> granted_;
    std::unique_ptr<relay::Channel> channel_;
};

}  // namespace vedette::hub::api
