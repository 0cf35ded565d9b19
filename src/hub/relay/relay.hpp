#pragma once
// The hub's end of the link to a gateway: its copy of the cameras' state, requests with their replies, and
// the media channels.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "hub/relay/channel.hpp"
#include "hub/relay/live_stream.hpp"
#include "wire/link.hpp"

namespace vedette::hub::relay {

/// Is told of changes, on the relay's executor. May unsubscribe from within a call.
class Listener {
  public:
    virtual ~Listener() = default;
    virtual void on_camera(const wire::CameraStatus& status) = 0;
    virtual void on_camera_removed(const CameraId& id) = 0;
    virtual void on_camera_state(const wire::CameraStateChanged&) {}
    virtual void on_storage(const wire::StorageStatus& status) = 0;
    /// An event began, happened or ended.
    virtual void on_camera_event(const wire::CameraEvent&) {}
};

struct Figures {
    std::size_t live_upstreams = 0;
    std::size_t live_viewers = 0;
    std::size_t playbacks = 0;
    std::uint64_t media_bytes_received = 0;
    std::uint64_t requests_timed_out = 0;
};

/// Use from its executor alone, which is one thread or a strand. Channels and coroutines keep it alive.
class Relay : public std::enable_shared_from_this<Relay> {
  public:
    template <class T>
    using Awaitable = boost::asio::awaitable<T>;
    using RequestBody = decltype(wire::Request::body);
    using ReplyBody = decltype(wire::Reply::body)::value_type;

    static std::shared_ptr<Relay> make(std::shared_ptr<wire::HubEnd> link,
                                       boost::asio::any_io_executor executor);

    /// In order of name.
    std::vector<wire::CameraStatus> cameras() const;
    const wire::CameraStatus* find(const CameraId& id) const;
    const wire::StorageStatus& storage() const { return storage_; }
    Figures figures() const;

    /// `listener` is called until unsubscribe().
    void subscribe(Listener& listener) { listeners_.push_back(&listener); }
    void unsubscribe(Listener& listener) { std::erase(listeners_, &listener); }

    /// Sends the request and waits for its reply. Errors: those of the gateway, timeout when it does not
    /// answer within `limit`, cancelled when the relay shuts down.
    Awaitable<Result<ReplyBody>> request(RequestBody body, std::chrono::steady_clock::duration limit);

    /// Joins the live stream, opening it when nobody watches yet. `sink` outlives the channel.
    std::unique_ptr<Channel> open_live(const wire::LiveSource& source, Sink& sink);
    /// Recorded media for this viewer alone. `sink` outlives the channel.
    std::unique_ptr<Channel> open_playback(const wire::PlaybackSource& source, Sink& sink);

    /// The camera's loudspeaker. `sink` outlives the channel.
    std::unique_ptr<Channel> open_talk(const wire::TalkSource& source, Sink& sink);

    /// Ends all channels and fails all requests; nothing is accepted afterwards.
    void shutdown();

  private:
    struct Pending;
    class LiveChannel;
    class PlaybackChannel;
    using StreamKey = std::pair<CameraId, media::StreamKind>;

    Relay(std::shared_ptr<wire::HubEnd> link, boost::asio::any_io_executor executor);
    void receive(wire::ToHub message);
    void on(wire::Reply reply);
    void on(wire::ChannelInit init);
    void on(const wire::ChannelReady& ready);
    void on(wire::ChannelMedia media);
    void on(const wire::ChannelGap& gap);
    void on(const wire::ChannelEnd& end);
    void on(wire::CameraChanged changed);
    void on(const wire::CameraRemoved& removed);
    void on(const wire::CameraStateChanged& changed);
    void on(wire::StorageStatus status);
    void on(const wire::CameraEventHappened& happened);
    std::shared_ptr<LiveStream> live_by_channel(std::uint32_t channel) const;
    PlaybackChannel* playback_by_channel(std::uint32_t channel) const;
    void leave(const StreamKey& key, const std::shared_ptr<LiveStream>& stream, LiveViewer& viewer);

    std::shared_ptr<wire::HubEnd> link_;
    boost::asio::any_io_executor executor_;
    bool shut_down_ = false;
    std::map<CameraId, wire::CameraStatus> cameras_;
    wire::StorageStatus storage_;
    std::vector<Listener*> listeners_;
    std::uint64_t last_request_ = 0;
    std::map<std::uint64_t, std::shared_ptr<Pending>> pending_;
    std::uint32_t last_channel_ = 0;
    std::map<StreamKey, std::shared_ptr<LiveStream>> live_;
    std::map<std::uint32_t, StreamKey> live_channels_;
    std::map<std::uint32_t, PlaybackChannel*> playbacks_;
    std::uint64_t media_bytes_received_ = 0;
    std::uint64_t requests_timed_out_ = 0;
};

}  // namespace vedette::hub::relay
