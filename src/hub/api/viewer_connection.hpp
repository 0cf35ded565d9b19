#pragma once
// One WebSocket of one user, or of a program that acts for one: events, and any number of media channels
// (docs/ref/websocket.md).

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>

#include "hub/api/client_message.hpp"
#include "hub/api/services.hpp"

namespace vedette::hub::api {

/// Open at a time on one connection.
constexpr std::size_t max_channels = 128;

/// On services->executor.
class ViewerConnection final : public relay::Listener, public std::enable_shared_from_this<ViewerConnection> {
  public:
    /// `granted` is leave to open the WebSocket; the credential is that of its principal.
    ViewerConnection(ServicesPtr services, policy::Authorised granted, policy::Context context,
                     identity::Credential credential, std::string address,
                     std::unique_ptr<net::WebSocket> socket);
    ~ViewerConnection() override;

    /// Until either side closes, or the session or token ends.
    static net::Awaitable<void> run(std::shared_ptr<ViewerConnection> self);

  private:
    class Feed;

    void on_camera(const wire::CameraStatus& status) override;
    void on_camera_removed(const CameraId& id) override;
    void on_camera_state(const wire::CameraStateChanged& changed) override;
    void on_storage(const wire::StorageStatus& status) override;
    void on_camera_event(const wire::CameraEvent& event) override;

    bool on_message(const net::WebSocketMessage& message);
    void on(const LiveStart& start);
    void on(const PlaybackStart& start);
    void on(const TalkStart& start);
    void on(const CreditGrant& grant);
    void on(const Stop& stop);
    /// A new feed under that number, or nullptr after telling the client why not.
    Feed* new_feed(std::uint32_t channel);
    /// Opens a channel of Site with leave for it.
    using Open = std::function<Outcome<std::unique_ptr<relay::Channel>>(const policy::Authorised&, Feed&)>;
    /// Decides, has that recorded, and opens the channel once it is.
    void start(std::uint32_t channel, Decided asked, Open open);
    void started(std::uint32_t channel, Outcome<std::unique_ptr<relay::Channel>> opened);
    Decided asked(policy::Action action, std::string_view operation, const CameraId& camera) const;
    Outcome<policy::Authorised> decide(policy::Action action, const CameraId& camera) const;
    /// What was allowed may not be any more: the user's rights may have changed, or it has got late.
    void decide_again(const policy::Principal& principal);
    /// That what waits for this user's answer, or what this session asked for, is another or further than it
    /// was.
    void tell_of_clearances();
    void leave(std::string why);
    void tick_later();
    void send(const boost::json::object& message);
    void send_error(const Problem& problem, std::optional<std::uint32_t> channel);

    ServicesPtr services_;
    policy::Authorised granted_;
    policy::Context context_;   ///< `now` at the last decision
    policy::RightsPtr rights_;  ///< that the client has been told of
    identity::Credential credential_;
    std::string address_;
    std::unique_ptr<net::WebSocket> socket_;
    boost::asio::steady_timer tick_;
    bool closing_ = false;
    std::map<std::uint32_t, std::unique_ptr<Feed>> feeds_;
    std::uint64_t last_feed_ = 0;
    std::vector<ClearanceId> approvals_;                      ///< that the client has been told of
    std::map<ClearanceId, Clearance::State> own_clearances_;  ///< the same
};

}  // namespace vedette::hub::api
