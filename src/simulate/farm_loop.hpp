#pragma once
// The farm's thread: epoll over the listener and the clients, and the timelines' ticks.

#include <unordered_map>

#include "simulate/client.hpp"
#include "simulate/farm.hpp"

namespace boost::asio::ssl {
class context;
}

namespace vedette::simulate {

class FarmLoop {
  public:
    /// Takes ownership of `listener`. `wake` becomes readable to stop the loop, and outlives it.
    FarmLoop(FarmOptions options, std::vector<std::shared_ptr<const PackedClip>> main_clips,
             std::vector<std::shared_ptr<const PackedClip>> sub_clips,
             std::shared_ptr<boost::asio::ssl::context> tls, std::optional<DatagramSender> datagrams,
             int listener, int wake, Farm::Counters& counters);
    ~FarmLoop();
    FarmLoop(const FarmLoop&) = delete;
    FarmLoop& operator=(const FarmLoop&) = delete;

    /// Runs until woken.
    void run();

  private:
    struct Channel {
        Timeline timeline;
        std::vector<Client*> clients;
        std::uint64_t next = 0;  ///< the next picture; meaningful while there are clients
    };

    void add_streams(const std::vector<std::shared_ptr<const PackedClip>>& clips, std::string_view suffix);
    void add_replay();
    void on_sound(const rtsp::InterleavedFrame& frame);
    void accept_clients();
    void on_readable(Client& client);
    bool on_bytes(Client& client, ByteView bytes);
    bool on_opened(Client& client);
    bool on_rtsp(Client& client, ByteView bytes);
    bool on_post(Client& client, ByteView body);
    void on_request(Client& client, rtsp::Request request);
    void start_playing(Client& client);
    bool start_replay(Client& client, UtcInterval range, std::uint8_t cseq);
    void continue_replay(Client& client);
    bool can_replay(const Client& client) const {
        return client.replay && !client.dead && !client.has_pending();
    }
    void look_for_outage();
    void stop_playing(Client& client);
    void tick(Channel& channel, MonotonicTime now);
    void deliver_media(Client& client, ByteView bytes, bool key);
    void deliver(Client& client, ByteView bytes);
    void watch_writable(Client& client, bool on);
    void sweep(MonotonicTime now);
    void bury_dead();
    int milliseconds_to_next(MonotonicTime now) const;

    FarmOptions options_;
    std::shared_ptr<boost::asio::ssl::context> tls_;  ///< null: clients speak plain RTSP
    std::optional<DatagramSender> datagrams_;
    QuirkShared quirks_shared_;
    std::vector<FarmStream> streams_;
    std::string nonce_;  ///< one for all connections, as a tunnel has several
    std::vector<Channel> channels_;
    std::unordered_map<int, std::unique_ptr<Client>> clients_;
    std::unordered_map<std::string, Client*> tunnels_;  ///< by cookie: their GETs
    std::vector<Client*> dead_;
    MonotonicTime next_sweep_{};
    MonotonicTime started_{};
    bool outage_ = false;
    SystemClock clock_;
    Farm::Counters& counters_;
    int listener_;
    int wake_;
    int epoll_;
};

}  // namespace vedette::simulate
