#pragma once
// For tests: the whole API on one event loop with a simulated clock, the real in-memory link, and at its
// other end a gateway with one camera that is played by the test.

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/test_folder.hpp"
#include "hub/api/api.hpp"
#include "hub/relay/relay.hpp"
#include "wire/link.hpp"

namespace vedette::hub::api::testing {

inline SharedBytes shared(std::string_view text) {
    const ByteView view = as_bytes(text);
    return std::make_shared<const Bytes>(view.begin(), view.end());
}

/// Answers as a gateway does, and keeps what it was told.
class FakeGateway {
  public:
    explicit FakeGateway(std::shared_ptr<wire::GatewayEnd> end) : end_(std::move(end)) {
        camera.id = CameraId::random();
        camera.name = "Gate \"A\"";
        camera.main_url = "rtsp://192.0.2.10/main";
        camera.username = "viewer";
        camera.has_password = true;
        camera.streams = {{.kind = media::StreamKind::main,
                           .state = wire::CameraState::recording,
                           .reason = {},
                           .since = UtcTime(Ticks90k(5)),
                           .bits_per_second = 4e6,
                           .frames_per_second = 25,
                           .tracks = {}}};
        camera.streams[0].lost_packets = 3;
        camera.streams[0].health = {.damaged_pictures = 2,
                                    .refused_packets = 4,
                                    .reconnects = 1,
                                    .last_picture = UtcTime(Ticks90k(90'000)),
                                    .key_frame_interval_seconds = 2,
                                    .clock_drift_ppm = -40,
                                    .clock_offset = Ticks90k(-3'600'000)};
        camera.streams[0].signature = wire::SignatureStatus{.last = media::Authenticity::authentic,
                                                            .key = std::string(64, 'a'),
                                                            .trusted = std::string(64, 'b'),
                                                            .fragments = {0, 0, 7, 1, 2, 0},
                                                            .not_authentic_at = UtcTime(Ticks90k(180'000))};
        end_->on_receive([this](wire::ToGateway message) {
            if (const auto* request = std::get_if<wire::Request>(&message)) answer(*request);
            if (const auto* open = std::get_if<wire::OpenChannel>(&message)) {
                opened.push_back(*open);
                if (on_open) on_open(*open);
            }
            if (const auto* credit = std::get_if<wire::Credit>(&message)) credits.push_back(*credit);
            if (const auto* close = std::get_if<wire::CloseChannel>(&message))
                closed.push_back(close->channel);
        });
        end_->send(wire::CameraChanged{.status = camera});
        end_->send(wire::StorageStatus{
            .recording_possible = true, .reason = {}, .bytes_used = 7, .bytes_free = 9, .notices = {}});
    }
    void send(wire::ToHub message) { end_->send(std::move(message)); }
    void send_media(std::uint32_t channel, std::int64_t start, bool random_access, std::size_t bytes) {
        send(wire::ChannelMedia{.channel = channel,
                                .start = UtcTime(Ticks90k(start)),
                                .duration = Ticks90k(90),
                                .random_access = random_access,
                                .pieces = {shared(std::string(bytes, 'm'))}});
    }
    /// A whole initialisation segment of H.264 and AAC, and a fragment of both.
    void send_talking(std::uint32_t channel);
    void send_init(std::uint32_t channel) {
        send(wire::ChannelInit{
            .channel = channel, .mime_type = "video/mp4; codecs=\"avc1.640028\"", .segment = shared("init")});
    }

    wire::CameraStatus camera;
    std::function<void(const wire::OpenChannel&)> on_open;
    std::vector<wire::OpenChannel> opened;
    std::vector<wire::Credit> credits;
    std::vector<std::uint32_t> closed;
    std::size_t requests = 0;
    std::vector<wire::FoundCamera> found;
    std::vector<std::string> searched;
    std::string firmware;  ///< the pieces that came
    wire::SiteSettings settings;
    wire::InheritedRules inherited;
    std::vector<decltype(wire::ControlPtz::command)> ptz_commands;
    std::vector<wire::SwitchRelay> switched;
    std::vector<wire::QueryEvents> event_queries;
    std::vector<wire::CameraEvent> events;
    std::vector<wire::Hold> holds;
    std::vector<std::uint64_t> lifted;

  private:
    void answer(const wire::Request& request) {
        ++requests;
        decltype(wire::Reply::body)::value_type body;
        if (const auto* add = std::get_if<wire::AddCamera>(&request.body)) {
            wire::CameraStatus added = camera;
            added.id = CameraId::random();
            added.name = add->settings.name.value_or("");
            added.main_url = add->settings.main_url.value_or("");
            added.username = add->settings.username.value_or("");
            added.has_password = add->settings.password.has_value();
            added.device = add->settings.device;
            body = added;
        } else if (const auto* change = std::get_if<wire::ChangeCamera>(&request.body)) {
            if (change->settings.name) camera.name = *change->settings.name;
            body = camera;
        } else if (std::holds_alternative<wire::TestCamera>(request.body)) {
            body = wire::TestReport{.streams = {{.kind = media::StreamKind::main,
                                                 .ok = true,
                                                 .message = "1920x1080 H.264",
                                                 .tracks = {}}}};
        } else if (std::holds_alternative<wire::QueryRecordings>(request.body)) {
            const UtcInterval all{UtcTime(Ticks90k(100)), UtcTime(Ticks90k(200))};
            body = wire::Recordings{.ranges = {{.interval = all, .run = 1}},
                                    .gaps = {},
                                    .deleted = {{.interval = {UtcTime(Ticks90k(50)), all.start},
                                                 .rule = wire::DeletionRule::keep_days,
                                                 .value = 30,
                                                 .deleted_at = UtcTime(Ticks90k(300))}},
                                    .events = {{.at = UtcTime(Ticks90k(150)),
                                                .since = UtcTime(Ticks90k(140)),
                                                .before = "orderly",
                                                .version = "0.1.0",
                                                .noticed = {},
                                                .clock = "not_known"},
                                               {.kind = wire::RecorderEvent::Kind::clock_step,
                                                .at = UtcTime(Ticks90k(160)),
                                                .since = UtcTime(Ticks90k(190)),
                                                .before = {},
                                                .version = {},
                                                .noticed = "running",
                                                .clock = "synchronised"}},
                                    .extent = all};
        } else if (const auto* query = std::get_if<wire::QueryThumbnail>(&request.body)) {
            // A key frame each second.
            body = wire::Thumbnail{.time = query->at - query->at.time_since_epoch() % 90'000,
                                   .jpeg = "\xFF\xD8 a picture \xFF\xD9"};
        } else if (std::holds_alternative<wire::QueryStateHistory>(request.body)) {
            body = wire::StateHistory{.changes = {{.stream = media::StreamKind::main,
                                                   .state = wire::CameraState::waiting,
                                                   .reason = "the camera refused",
                                                   .at = UtcTime(Ticks90k(7))}}};
        } else if (std::holds_alternative<wire::ListInterfaces>(request.body)) {
            body = wire::Interfaces{
                .interfaces = {
                    {.name = "eth0", .address = "192.0.2.1", .prefix_length = 24, .loopback = false}}};
        } else if (std::holds_alternative<wire::GetSettings>(request.body)) {
            body = settings;
        } else if (const auto* changed = std::get_if<wire::ChangeSettings>(&request.body)) {
            settings.only_trusted_certificates =
                changed->only_trusted_certificates.value_or(settings.only_trusted_certificates);
            body = settings;
        } else if (std::holds_alternative<wire::GetInheritedRules>(request.body)) {
            body = inherited;
        } else if (const auto* rules = std::get_if<wire::SetInheritedRules>(&request.body)) {
            inherited = rules->rules;
            body = inherited;
        } else if (const auto* search = std::get_if<wire::DiscoverCameras>(&request.body)) {
            searched = search->ranges;
            body = wire::FoundCameras{.cameras = found, .notes = {"No multicast."}};
        } else if (const auto* inspect = std::get_if<wire::InspectDevice>(&request.body)) {
            wire::DeviceReport report;
            report.ok = true;
            report.identity.serial = "SN-1";
            report.identity.endpoint = inspect->endpoint;
            report.channels = {{.name = inspect->address,
                                .main = {.url = "rtsp://192.0.2.7/1", .codec = "H.264"},
                                .sub = {}}};
            body = std::move(report);
        }
        if (std::holds_alternative<wire::ListHolds>(request.body)) body = wire::HoldList{.holds = holds};
        if (const auto* place = std::get_if<wire::PlaceHold>(&request.body)) {
            holds.push_back(place->hold);
            holds.back().id = 7;
            holds.back().placed_at = UtcTime(Ticks90k(42));
            body = holds.back();
        }
        if (const auto* lift = std::get_if<wire::LiftHold>(&request.body)) lifted.push_back(lift->hold);
        if (std::holds_alternative<wire::PreviewDevice>(request.body))
            body = wire::StillPicture{.jpeg = "\xff\xd8\xff a picture"};
        if (const auto* maintain = std::get_if<wire::MaintainCamera>(&request.body)) {
            if (const auto* piece = std::get_if<wire::UploadFirmware>(&maintain->task))
                firmware += piece->piece;
            wire::DeviceCare care;
            care.firmware = "1.2";
            care.message = "Done";
            body = std::move(care);
        }
        if (const auto* ptz = std::get_if<wire::ControlPtz>(&request.body)) {
            ptz_commands.push_back(ptz->command);
            if (std::holds_alternative<wire::LookAtPtz>(ptz->command)) {
                wire::PtzReport report;
                report.supported = true;
                report.pan = 0.25;
                report.presets = {{.token = "1", .name = "Gate"}};
                body = std::move(report);
            } else if (const auto* save = std::get_if<wire::SavePreset>(&ptz->command)) {
                body = wire::PtzPreset{.token = "7", .name = save->name};
            }
        } else if (std::holds_alternative<wire::ListRelays>(request.body)) {
            wire::RelayList list;
            list.supported = true;
            list.relays = {{.token = "relay1", .returns_by_itself = false, .active = true}};
            body = std::move(list);
        } else if (const auto* relay = std::get_if<wire::SwitchRelay>(&request.body)) {
            switched.push_back(*relay);
        } else if (const auto* query = std::get_if<wire::QueryEvents>(&request.body)) {
            event_queries.push_back(*query);
            body = wire::EventList{.events = events,
                                   .more = false,
                                   .subscription = wire::SubscriptionState::subscribed,
                                   .reason = {}};
        }
        send(wire::Reply{.id = request.id, .body = std::move(body)});
    }
    std::shared_ptr<wire::GatewayEnd> end_;
};

/// The client's end of a WebSocket, kept by the test while the connection runs.
struct SocketState {
    explicit SocketState(boost::asio::io_context& io) : event(io) {}
    boost::asio::steady_timer event;
    std::deque<std::string> from_client;
    bool greeted = false;  ///< all that comes without being asked for has been sent
    bool client_gone = false;
    bool ended = false;
    std::vector<std::string> text;
    std::vector<std::string> binary;
    std::size_t queued = 0;
    std::uint16_t close_code = 0;
};

class TestSocket final : public net::WebSocket {
  public:
    explicit TestSocket(std::shared_ptr<SocketState> state) : state_(std::move(state)) {}
    net::Awaitable<Result<net::WebSocketMessage>> receive() override;
    void send_text(std::string text) override { state_->text.push_back(std::move(text)); }
    void send_binary(std::vector<SharedBytes> pieces) override {
        std::string all;
        for (const SharedBytes& piece : pieces) all += as_text(*piece);
        state_->binary.push_back(std::move(all));
    }
    std::size_t queued_bytes() const override { return state_->queued; }
    void close(std::uint16_t code, std::string) override {
        state_->close_code = code;
        state_->client_gone = true;
        state_->event.cancel();
    }

  private:
    std::shared_ptr<SocketState> state_;
};

class TestSite {
  public:
    TestSite();
    ~TestSite();

    /// Runs the loop until `done`, or nothing has happened for a while.
    bool run_until(const std::function<bool()>& done);
    net::Response send(net::Request request);
    net::Response send(net::Method method, std::string path, std::string body = {}, std::string cookie = {});
    /// Claims the installation and returns the cookie of the administrator.
    std::string claim();
    /// A new user, who has a new role with these rights over what `scope` says ("organisation", or "camera"
    /// and the id of the gateway's camera), or no role at all. Made by whom `administrator` is the cookie of.
    struct NewUser {
        std::string id;
        std::string role_id;
        std::string cookie;
    };
    NewUser add_user(const std::string& administrator, std::string_view name, policy::RightSet rights,
                     std::string_view scope = "organisation", std::string_view conditions = "");
    /// An API token of whom `cookie` is, for all cameras, or ("camera") the gateway's alone.
    std::string make_token(const std::string& cookie, policy::RightSet rights,
                           std::string_view scope = "organisation", int days = 90);
    /// As if somebody had changed them.
    void put_rules(identity::AccessRules rules);
    /// Gives the account of `cookie` an authenticator app; returns its secret.
    Bytes add_authenticator(const std::string& cookie);
    /// Its next code: the clock moves on to it.
    std::string code_of(const Bytes& secret);
    /// A download, to its end.
    std::string file_of(net::Response& response);
    net::Response send_with_token(net::Method method, std::string path, const std::string& token,
                                  std::string body = {});
    std::shared_ptr<SocketState> open_websocket(const std::string& cookie);
    std::shared_ptr<SocketState> open_websocket(net::Response response);

    static constexpr std::string_view password = "five long words are enough";
    TestFolder folder{memory_place()};  // goes last: what still runs writes into it
    boost::asio::io_context io;
    SimulatedClock clock{from_unix_seconds(1'800'000'000)};
    wire::MemoryLink link = wire::make_memory_link(io.get_executor(), io.get_executor());
    std::shared_ptr<relay::Relay> relay = relay::Relay::make(link.hub, io.get_executor());
    FakeGateway gateway{link.gateway};
    ServicesPtr services;
};

/// The value of the session cookie that a response sets.
std::string cookie_of(const net::Response& response);
std::string body_of(const net::Response& response);
std::string header_of(const net::Response& response, std::string_view name);

}  // namespace vedette::hub::api::testing
