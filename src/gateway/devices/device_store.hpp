#pragma once
// What is kept about cameras in use, beside their recordings: events and patrols. What a camera says of an
// event can tell of people, so it is sealed; kind and time are not, since they are searched by.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "crypto/cobblestone.hpp"
#include "store/database.hpp"
#include "wire/control.hpp"

namespace vedette::gateway::devices {

constexpr std::chrono::days event_retention{30};
constexpr std::int64_t max_events = 1'000'000;
constexpr std::int64_t max_events_of_camera = 100'000;
constexpr std::uint32_t max_event_limit = 5'000;  ///< of one answer

struct StoredPatrols {
    std::vector<wire::Patrol> patrols;
    std::string running;  ///< name; empty: none
};

/// Blocking (SQLite). One thread at a time.
class DeviceStore {
  public:
    /// `key` seals what cameras say.
    static Result<DeviceStore> open(const std::filesystem::path& file, Secret key);
    /// Keys that sealed before: what they sealed is read with them until it goes.
    void also_read_with(std::vector<Secret> replaced_keys) { replaced_keys_ = std::move(replaced_keys); }

    Result<std::map<CameraId, StoredPatrols>> patrols();
    Result<> save_patrol(CameraId camera, const wire::Patrol& patrol);
    Result<> remove_patrol(CameraId camera, const std::string& name);
    /// Empty: none.
    Result<> set_running_patrol(CameraId camera, const std::string& name);

    /// Returns its number.
    Result<std::uint64_t> add_event(const wire::CameraEvent& event);
    Result<> end_event(std::uint64_t id, UtcTime end);
    /// Those that have not ended.
    Result<std::vector<wire::CameraEvent>> lasting_events();
    /// That overlap `query.interval`, the latest `query.limit` of them, in order of their beginning. What
    /// can't be unsealed has no words.
    Result<wire::EventList> events(const wire::QueryEvents& query);
    /// Deletes what is too old or too much.
    Result<> prune(UtcTime now);

    /// Everything about a camera.
    Result<> remove_camera(CameraId camera);

  private:
    DeviceStore(store::Database database, Secret key)
        : database_(std::move(database)), key_(std::move(key)) {}
    Bytes seal(const wire::CameraEvent& event);
    void unseal(wire::CameraEvent& event, ByteView sealed) const;
    Result<wire::CameraEvent> read(const store::Statement& row) const;

    store::Database database_;
    Secret key_;
    std::vector<Secret> replaced_keys_;
    crypto::CobblestoneSealer sealer_;
};

}  // namespace vedette::gateway::devices
