#pragma once
// The last changes of state of each camera's streams, across restarts.

#include <deque>
#include <filesystem>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "wire/messages.hpp"

namespace vedette::gateway {

/// Kept for each stream of a camera; older ones are forgotten.
inline constexpr std::size_t max_state_changes = 50;

struct CameraStateChange {
    CameraId camera;
    wire::StateChange change;

    friend bool operator==(const CameraStateChange&, const CameraStateChange&) = default;
};

/// In memory. One thread.
class StateHistory {
  public:
    /// What an earlier process wrote down, the oldest first.
    void restore(std::span<const CameraStateChange> changes);
    /// False when that stream is in this state for this reason already: nothing is added.
    bool note(CameraId camera, const wire::StateChange& change);
    void forget(CameraId camera);
    /// Of all streams, the newest first.
    std::vector<wire::StateChange> of(CameraId camera) const;
    /// What StateHistoryFile does not know yet; what came since the last call.
    struct Unsaved {
        std::vector<CameraId> forgotten;
        std::vector<CameraStateChange> changes;  ///< of each stream the oldest first

        bool empty() const { return forgotten.empty() && changes.empty(); }
    };
    Unsaved take_unsaved();

  private:
    struct Stream {
        std::deque<wire::StateChange> changes;  ///< the oldest first
        std::size_t unsaved = 0;                ///< at the end
    };
    void add(CameraId camera, const wire::StateChange& change);
    std::map<std::pair<CameraId, media::StreamKind>, Stream> streams_;
    std::vector<CameraId> forgotten_;
};

/// On disk, in a file of its own: it may be lost without harm. Blocking; one thread at a time.
class StateHistoryFile {
  public:
    static Result<StateHistoryFile> open(const std::filesystem::path& file);
    /// The oldest first; at most max_state_changes of each stream.
    Result<std::vector<CameraStateChange>> load();
    /// In one transaction; deletes what is too old.
    Result<> write(const StateHistory::Unsaved& unsaved);

  private:
    explicit StateHistoryFile(store::Database database) : database_(std::move(database)) {}
    store::Database database_;
};

}  // namespace vedette::gateway
