#pragma once
// Decides what goes: rules of cameras, room on the disk, and holds, which beat both.

#include <condition_variable>
#include <thread>

#include "gateway/vault/archiver.hpp"
#include "gateway/vault/expiry.hpp"

namespace vedette::vault {

Result<DiskSpace> disk_space(const std::filesystem::path& folder);

/// All member functions are thread-safe.
class Retention {
  public:
    Retention(const VaultOptions& options, Expirer::Parts parts)
        : options_(options), parts_(parts), expirer_(parts) {
        if (const auto archive = parts.places->archive())
            archiver_.emplace(parts, *archive, options.archive_after);
    }
    ~Retention() { stop(); }

    /// Looks now, and then every options.retention_interval (not at all by itself when that is 0).
    void start();
    /// What goes on is carried to its next safe point.
    void stop();
    /// Looks at once.
    void wake();
    /// A disk is away, or there again: what was left undone there is done at the next look, which is now.
    void note_change(PlaceNumber place, PlaceState state);

    void set_rule(CameraId camera, RetentionRule rule);

    Result<RecordingHold> place_hold(RecordingHold hold);
    Result<> lift_hold(CameraId camera, std::uint64_t id);
    /// Brings to an end what a crash cut off; before start().
    Result<> finish();

    /// Deletes all that the rules tell to. By age, then by size, then for room on the disk; within a rule the
    /// camera that is most over it goes first, and of a camera the oldest.
    Result<> run();
    /// One sentence when a rule can't be kept, since what is left is held; else empty.
    std::string problem() const;

  private:
    /// The segments of some streams in the order of their time, without those that are held.
    class Oldest;

    Result<> run_rules();
    void keep_reserve() const;
    Result<std::vector<StreamKey>> streams_of(CameraId camera) const;
    Result<> run_age(CameraId camera, std::uint32_t days);
    Result<> run_size(CameraId camera, std::uint64_t limit);
    Result<> run_free();
    Result<> run_free(PlaceNumber place, std::string& problem);
    Result<> settle_places();
    Result<> archive();
    Result<> expire_through(Oldest& oldest, DeletionRule rule, std::uint64_t value,
                            const std::function<bool(const SegmentBrief&)>& wanted);
    Result<std::uint64_t> held_bytes(CameraId camera) const;
    void loop(const std::stop_token& stop);
    bool is_stopping() const;

    const VaultOptions& options_;
    Expirer::Parts parts_;
    std::mutex running_;  ///< one run at a time
    Expirer expirer_;
    std::optional<Archiver> archiver_;

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    bool awake_ = false;
    bool stopping_ = false;
    std::map<CameraId, RetentionRule> rules_;
    std::set<PlaceNumber> were_away_;
    std::string problem_;
    std::jthread thread_;
};

}  // namespace vedette::vault
