#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "gateway/camera_runner.hpp"
#include "gateway/discovery/scan.hpp"
#include "gateway/edge/fetch.hpp"
#include "gateway/gateway.hpp"
#include "gateway/playback.hpp"
#include "gateway/talk.hpp"
#include "net/task_group.hpp"
#include "net/worker_pool.hpp"

namespace vedette::gateway {

struct Gateway::Impl {
    Impl(const Clock& clock, boost::asio::any_io_executor executor, std::shared_ptr<wire::GatewayEnd> link,
         std::unique_ptr<vault::Vault> vault, CameraStore store);

    // gateway.cpp: life
    void start(std::vector<Camera> loaded);
    net::Awaitable<void> stop();
    net::Awaitable<void> tick();
    net::Awaitable<void> report_storage();
    CameraRunner& add_runner(Camera camera);
    std::optional<UtcTime> account_for_absence(vault::StreamKey key);
    void announce(CameraId id);
    void set_disk_state(vault::DiskState state, std::string message);

    // gateway_requests.cpp: what the hub asks for
    void receive(wire::ToGateway message);
    net::Awaitable<void> answer(wire::Request request);
    using Answer = decltype(wire::Reply::body);
    net::Awaitable<Answer> handle(wire::AddCamera request);
    net::Awaitable<Answer> handle(wire::ChangeCamera request);
    net::Awaitable<Answer> handle(wire::RemoveCamera request);
    net::Awaitable<Answer> handle(wire::TestCamera request);
    net::Awaitable<Answer> handle(wire::QueryRecordings request);
    net::Awaitable<Answer> handle(wire::GetSettings request);
    net::Awaitable<Answer> handle(wire::ChangeSettings request);

    // gateway_discovery.cpp: cameras that are new, or somewhere else
    net::Awaitable<Answer> handle(wire::ListInterfaces request);
    net::Awaitable<Answer> handle(wire::DiscoverCameras request);
    net::Awaitable<Answer> handle(wire::InspectDevice request);
    void recognise(wire::FoundCamera& found) const;
    net::Awaitable<void> follow_moved_cameras();
    net::Awaitable<void> follow(const discovery::FoundDevice& device);

    // gateway_edge.cpp: gaps that a camera fills from its own storage
    struct Filling {
        std::unique_ptr<net::TaskGroup> task;
        bool busy = false;
        bool unsupported = false;
        UtcTime looked_since{};  ///< the connection after which was looked for gaps
        MonotonicTime next_look{};
        unsigned failures = 0;  ///< in a row, of one gap
        std::string note;       ///< about the last gap
        std::vector<RefusedGap> refused;
    };
    net::Awaitable<void> fill_gaps();
    bool wants_filling(CameraId id, CameraRunner& runner);
    net::Awaitable<void> fill_camera(CameraId id);
    net::Awaitable<bool> fill_gap(CameraId id, UtcInterval gap);
    bool judge(CameraId id, UtcInterval gap, const edge::FetchReport& report);
    void refuse_gap(CameraId id, UtcInterval gap, std::string message);
    void set_filling(CameraId id, wire::GapFillingState state, std::string message);
    /// Ends what goes on, and forgets what was found out, since settings change.
    net::Awaitable<void> stop_filling(CameraId id);
    void explain_gaps(CameraId id, std::vector<wire::RecordedGap>& gaps) const;

    // gateway_talk.cpp: speaking through cameras
    struct TalkChannel {
        CameraId camera;
        std::shared_ptr<Talk> talk;
        std::unique_ptr<net::TaskGroup> task;
    };
    void open_talk(const wire::TalkSource& source, std::uint32_t channel);
    net::Awaitable<void> run_talk(std::shared_ptr<Talk> talk, std::uint32_t channel, CameraId camera,
                                  ingest::CameraAccess access);
    void close_talk(std::uint32_t channel);

    void open_channel(const wire::OpenChannel& open);
    void close_channel(std::uint32_t channel);
    net::Awaitable<void> play(std::shared_ptr<Playback> playback, std::uint32_t channel);

    const Clock& clock;
    boost::asio::any_io_executor executor;
    std::shared_ptr<wire::GatewayEnd> link;
    std::unique_ptr<vault::Vault> vault;
    CameraStore store;  ///< used by one coroutine at a time: they all run here and don't wait inside
    net::WorkerPool pool{2};
    std::vector<std::byte> read_buffer;
    std::vector<Camera> loaded;  ///< until start()
    std::unordered_map<CameraId, std::unique_ptr<CameraRunner>> runners;
    /// A change of a camera waits for the one before it.
    std::unordered_map<CameraId, bool> busy;
    struct PlaybackChannel {
        std::shared_ptr<Playback> playback;
        std::unique_ptr<net::TaskGroup> task;
    };
    std::unordered_map<std::uint32_t, PlaybackChannel> playbacks;
    wire::StorageStatus storage;
    wire::SiteSettings site;
    bool searching = false;  ///< one search at a time
    std::unordered_map<CameraId, Filling> fillings;
    std::unordered_map<std::uint32_t, TalkChannel> talks;
    std::size_t fetches = 0;      ///< from cameras' storage, that go on
    std::size_t inspections = 0;  ///< devices that are being asked
    std::shared_ptr<Impl*> self;  ///< how the vault's thread reaches us, while we are there
    net::TaskGroup tasks;
};

}  // namespace vedette::gateway
