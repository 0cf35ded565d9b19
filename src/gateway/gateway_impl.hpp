#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

#include "gateway/camera_runner.hpp"
#include "gateway/cameras/state_history.hpp"
#include "gateway/devices/device_runner.hpp"
#include "gateway/devices/device_store.hpp"
#include "gateway/discovery/device_care.hpp"
#include "gateway/discovery/device_client.hpp"
#include "gateway/discovery/scan.hpp"
#include "gateway/edge/fetch.hpp"
#include "gateway/gateway.hpp"
#include "gateway/playback.hpp"
#include "gateway/storage_forecast.hpp"
#include "gateway/talk.hpp"
#include "gateway/thumbnails.hpp"
#include "gateway/vault/scrub.hpp"
#include "net/task_group.hpp"
#include "net/worker_pool.hpp"

namespace vedette::gateway {

inline const Error no_such_camera{ErrorKind::not_found, "there is no such camera"};

struct Gateway::Impl {
    Impl(const Clock& clock, boost::asio::any_io_executor executor, std::shared_ptr<wire::GatewayEnd> link,
         std::unique_ptr<vault::Vault> vault, CameraStore store, devices::DeviceStore device_store,
         std::unique_ptr<ingest::CameraProcess> process);

    // gateway.cpp: life
    void start(std::vector<Camera> loaded);
    net::Awaitable<void> stop();
    net::Awaitable<void> tick();
    net::Awaitable<void> report_storage();
    CameraRunner& add_runner(Camera camera);
    void announce(CameraId id);
    void note_states(const wire::CameraStatus& status);
    net::Awaitable<void> save_states();
    void set_disk_state(vault::DiskState state, std::string message);
    void set_scrub_status(vault::ScrubStatus status);
    void report_places();
    /// Threads in the place of those that a disk that hangs may hold.
    void add_readers();
    void take_places();
    /// invalid_input: there is no disk of that name.
    Result<> check_place(const wire::CameraSettings& settings) const;

    // gateway_requests.cpp: what the hub asks for
    void receive(wire::ToGateway message);
    net::Awaitable<void> answer(wire::Request request);
    using Answer = decltype(wire::Reply::body);
    net::Awaitable<Answer> handle(wire::AddCamera request);
    net::Awaitable<Answer> handle(wire::ChangeCamera request);
    net::Awaitable<Answer> handle(wire::RemoveCamera request);
    net::Awaitable<Answer> handle(wire::TestCamera request);
    net::Awaitable<Answer> handle(wire::QueryRecordings request);
    net::Awaitable<Answer> handle(wire::QueryThumbnail request);
    net::Awaitable<Answer> handle(wire::QueryStateHistory request);
    net::Awaitable<Answer> handle(wire::GetSettings request);
    net::Awaitable<Answer> handle(wire::ChangeSettings request);

    // gateway_discovery.cpp: cameras that are new, or somewhere else
    net::Awaitable<Answer> handle(wire::ListInterfaces request);
    net::Awaitable<Answer> handle(wire::DiscoverCameras request);
    net::Awaitable<Answer> handle(wire::InspectDevice request);
    void recognise(wire::FoundCamera& found) const;
    net::Awaitable<std::optional<std::string>> why_not_secure(discovery::DeviceAccess access);

    // gateway_device_care.cpp: the devices that cameras are
    net::Awaitable<Answer> handle(wire::PreviewDevice request);
    net::Awaitable<Answer> handle(wire::MaintainCamera request);
    using Cared = net::Awaitable<Result<wire::DeviceCare>>;
    Cared maintain(CameraId id, discovery::DeviceAccess access, wire::ViewDevice task);
    Cared maintain(CameraId id, discovery::DeviceAccess access, wire::SetDeviceClock task);
    Cared maintain(CameraId id, discovery::DeviceAccess access, wire::ChangeDevicePassword task);
    Cared maintain(CameraId id, discovery::DeviceAccess access, wire::RebootDevice task);
    Cared maintain(CameraId id, discovery::DeviceAccess access, wire::SetDeviceImaging task);
    Cared maintain(CameraId id, discovery::DeviceAccess access, wire::BeginFirmware task);
    Cared maintain(CameraId id, discovery::DeviceAccess access, wire::UploadFirmware task);
    Result<discovery::DeviceAccess> device_access(const Camera& camera) const;
    void remember_first_seen(CameraId id, const discovery::DeviceClient& client);
    void take_facts(CameraId id, const wire::DeviceCare& care);
    net::Awaitable<void> refresh_devices();

    // gateway_moved.cpp: cameras that are somewhere else
    net::Awaitable<void> follow_moved_cameras();
    std::set<CameraId> lost_cameras() const;
    net::Awaitable<void> follow(discovery::FoundDevice device);
    net::Awaitable<Result<wire::DeviceIdentity>> prove_moved(const Camera& camera,
                                                             discovery::FoundDevice device);

    // gateway_devices.cpp: cameras in use
    void attach_device(const Camera& camera);
    net::Awaitable<void> detach_device(CameraId id);
    net::Awaitable<void> reattach_device(CameraId id);
    devices::EventKeeper event_keeper();
    devices::TrustBook trust_book(CameraId id);
    net::Awaitable<void> prune_events();
    net::Awaitable<void> stop_devices();
    Result<std::shared_ptr<devices::DeviceRunner>> device_of(CameraId id) const;
    net::Awaitable<Answer> handle(wire::ControlPtz request);
    net::Awaitable<Answer> handle(wire::ListRelays request);
    net::Awaitable<Answer> handle(wire::SwitchRelay request);
    net::Awaitable<Answer> handle(wire::QueryEvents request);
    template <class F>
    net::Awaitable<Result<>> store_device(F write);
    // gateway_retention.cpp: what is kept
    net::Awaitable<Answer> handle(wire::ListHolds request);
    net::Awaitable<Answer> handle(wire::PlaceHold request);
    net::Awaitable<Answer> handle(wire::LiftHold request);
    net::Awaitable<Answer> handle(wire::GetInheritedRules request);
    net::Awaitable<Answer> handle(wire::SetInheritedRules request);
    /// Tells the vault how long the camera's recordings are kept, and how they are encrypted.
    void set_storage(const Camera& camera);
    /// conflict: something of the camera is held.
    net::Awaitable<Result<>> require_no_holds(CameraId id);

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
    net::Awaitable<void> stop_talk(CameraId camera, Error why);

    void open_channel(const wire::OpenChannel& open);
    void close_channel(std::uint32_t channel);
    net::Awaitable<void> play(std::shared_ptr<Playback> playback, std::uint32_t channel);

    const Clock& clock;
    boost::asio::any_io_executor executor;
    std::shared_ptr<wire::GatewayEnd> link;
    std::unique_ptr<vault::Vault> vault;
    CameraStore store;  ///< used by one coroutine at a time: they all run here and don't wait inside
    devices::DeviceStore device_store;  ///< used on device_pool alone, once the loop runs
    net::WorkerPool device_pool{1};
    std::map<CameraId, devices::StoredPatrols> stored_patrols;  ///< of cameras without a device, too
    std::vector<wire::CameraEvent> lasting_events;  ///< of the process before, until their cameras are there
    std::unordered_map<CameraId, std::shared_ptr<devices::DeviceRunner>> device_runners;
    net::WorkerPool pool{2};
    /// Of playback alone: who reads from a disk that hangs is stuck until it answers.
    struct Readers {
        static constexpr std::size_t threads = 2;  ///< recording and live view go first
        net::WorkerPool pool{threads};
        std::vector<std::jthread> more;
        ~Readers() { pool.stop(); }
    } readers;
    std::unique_ptr<ingest::CameraProcess> process;
    std::vector<Camera> loaded;  ///< until start()
    std::unordered_map<CameraId, std::unique_ptr<CameraRunner>> runners;
    /// A change of a camera waits for the one before it.
    std::unordered_map<CameraId, bool> busy;
    struct PlaybackChannel {
        std::shared_ptr<Playback> playback;
        std::unique_ptr<net::TaskGroup> task;
    };
    std::unordered_map<std::uint32_t, PlaybackChannel> playbacks;
    Thumbnails thumbnails;
    StateHistory states;
    std::optional<StateHistoryFile> states_file;  ///< used by one coroutine at a time
    wire::StorageStatus storage;
    StorageForecast forecast;
    vault::Layout layout;
    std::optional<vault::Scrubber> scrubber;  ///< from start() to stop()
    wire::SiteSettings site;
    wire::InheritedRules rules;  ///< of groups and the site, about what is kept
    bool searching = false;      ///< one search at a time
    std::unordered_map<CameraId, std::string> told_about_moving;  ///< what was logged last
    static constexpr std::size_t max_inspections = 8;
    std::unordered_map<CameraId, Filling> fillings;
    std::unordered_map<std::uint32_t, TalkChannel> talks;
    std::size_t fetches = 0;      ///< from cameras' storage, that go on
    std::size_t inspections = 0;  ///< devices that are being asked
    struct Upload {
        discovery::FirmwareUpload file;
        MonotonicTime last{};  ///< a piece came
        bool busy = false;
    };
    std::unordered_map<CameraId, std::shared_ptr<Upload>> uploads;  ///< firmware files on their way
    std::unordered_map<CameraId, MonotonicTime> refreshed;          ///< when a device is asked again
    std::shared_ptr<Impl*> self;  ///< how the vault's thread reaches us, while we are there
    net::TaskGroup tasks;
};

}  // namespace vedette::gateway
