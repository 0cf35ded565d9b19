#pragma once
// One camera stream on its way to any number of viewers: the bytes exist once.

#include <memory>
#include <vector>

#include "hub/relay/channel.hpp"

namespace vedette::hub::relay {

/// One viewer of a live stream. Skips from where it became too slow to the next random-access point.
class LiveViewer {
  public:
    /// `sink` outlives the viewer.
    explicit LiveViewer(Sink& sink) : sink_(&sink) {}

    void init(const std::string& mime_type, const SharedBytes& segment);
    void media(const wire::ChannelMedia& media);
    void gap(const UtcInterval& interval, const std::string& reason);
    void end(const std::optional<Error>& error);
    void grant(std::uint32_t bytes);
    /// The sink is going; it is not called again.
    void detach() { sink_ = nullptr; }

  private:
    bool has_room() const;

    Sink* sink_;
    std::int64_t credit_ = initial_credit_bytes;  ///< below zero after a fragment larger than what was left
    bool waiting_for_random_access_ = true;
    std::optional<UtcTime> skipped_since_;
};

/// Fan-out and the current group of pictures. No I/O.
class LiveStream {
  public:
    /// Beyond this the cache is dropped until the next random-access point: new viewers wait for it.
    static constexpr std::size_t max_cache_bytes = 32U << 20;

    explicit LiveStream(std::uint32_t channel) : channel_(channel) {}
    std::uint32_t channel() const { return channel_; }

    /// The viewer gets what is cached at once.
    void add(std::shared_ptr<LiveViewer> viewer);
    /// Returns true when nobody is left.
    bool remove(const LiveViewer* viewer);
    std::size_t viewer_count() const { return viewers_.size(); }

    void on_init(wire::ChannelInit init);
    void on_media(wire::ChannelMedia media);
    void on_gap(const wire::ChannelGap& gap);
    void on_end(const std::optional<Error>& error);

  private:
    // Viewers may leave while they are being told.
    std::vector<std::shared_ptr<LiveViewer>> everybody() const { return viewers_; }

    std::uint32_t channel_;
    std::vector<std::shared_ptr<LiveViewer>> viewers_;
    std::string mime_type_;
    SharedBytes init_segment_;
    std::vector<wire::ChannelMedia> group_of_pictures_;
    std::size_t cache_bytes_ = 0;
};

}  // namespace vedette::hub::relay
