#pragma once
// The disks that recordings lie on: which there are, which of them are there, and which takes what.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "gateway/vault/place_list.hpp"
#include "gateway/vault/segment_source.hpp"

namespace vedette::vault {

enum class PlaceState : std::uint8_t {
    good,
    full,
    read_only,
    failing,  ///< what is written there fails
    away,     ///< its disk is not mounted, or another one is
    hanging,  ///< it does not answer: nothing is asked of it until a look at it has come to its end
};

struct PlaceStatus {
    PlaceNumber number = home_place;
    std::string name;
    std::filesystem::path folder;
    PlaceState state = PlaceState::good;
    bool records = true;  ///< named at this start: new recordings may go there
    std::string message;  ///< one sentence for the operator; empty when it is good
    std::uint64_t capacity = 0;
    std::uint64_t free = 0;
    friend bool operator==(const PlaceStatus&, const PlaceStatus&) = default;
};

struct PlaceWatch {
    std::chrono::milliseconds interval{2000};  ///< between two looks at each disk; 0: none by itself
    /// A look that takes longer means that the disk hangs; 0: none does.
    std::chrono::milliseconds hang_limit{10'000};
    /// So long a disk that failed is left alone, even when a look at it finds nothing.
    std::chrono::milliseconds rest{10'000};
    std::uint64_t room = 64u << 20;  ///< a disk with less is full; takes recordings again at double
    /// From any thread, when the state of one changed. Must return quickly.
    std::function<void(const PlaceStatus&)> on_change;
};

/// All member functions are thread-safe; those that look at disks may block.
class Places {
  public:
    /// Those that `places` knows, for who reads beside a recorder or without one.
    static Result<std::unique_ptr<Places>> open_to_read(const Layout& layout);
    /// Takes those that were named: one that is new gets a number and a file that tells its disk from others.
    /// Errors are sentences for the operator; a disk that is away is none.
    /// `archive` is one that takes no new recordings.
    static Result<std::unique_ptr<Places>> open(const Layout& layout, const std::vector<PlaceOption>& named,
                                                const std::optional<PlaceOption>& archive,
                                                OrganisationId organisation, PlaceWatch watch);
    ~Places();

    /// Begins to look at the disks, where there are several.
    void start();
    /// No look goes on after it but at disks that hang, and nothing that an archive was asked for. Nobody is
    /// told of anything any more.
    void stop();

    /// The data directory's own is the first.
    std::vector<PlaceNumber> all() const;
    std::vector<PlaceNumber> there() const;
    /// The same, beginning with this one if it is there.
    std::vector<PlaceNumber> there(PlaceNumber first) const;
    /// Without archives that are no file systems.
    std::vector<PlaceNumber> disks_there() const;
    /// Of an archive that is no file system; else null.
    ObjectStore* objects(PlaceNumber place) const { return at(place).objects.get(); }
    /// The name of the segment's object.
    static std::string object_key(const SegmentId& id, std::int32_t day) {
        return MediaFolder{}.segment(id, day).string();
    }
    bool has_several() const { return disks_.size() > 1; }
    bool is_known(PlaceNumber place) const { return disks_.contains(place); }
    bool is_there(PlaceNumber place) const;
    PlaceState state(PlaceNumber place) const;
    MediaFolder media(PlaceNumber place) const;
    std::string name(PlaceNumber place) const;
    std::vector<PlaceStatus> status() const;
    /// Where old recordings go.
    std::optional<PlaceNumber> archive() const { return archive_; }
    /// The names of those that are away or hang.
    std::vector<std::string> away() const;

    /// Where a camera's recordings go, if anything can be written there; `name` may be of none that is known.
    void prefer(CameraId camera, std::string name);
    /// Places for the camera's next segment, the one that should take it first. Those that are away or hang
    /// are left out; what is in trouble comes last.
    std::vector<PlaceNumber> candidates(CameraId camera) const;
    /// Whether another place would take what this one does not.
    bool has_other_good(PlaceNumber place) const;

    /// There are several, and one of them is good.
    bool takes_recordings() const;

    /// Writing there failed. Looks at the disk.
    void report(PlaceNumber place, const Error& error);
    /// It does not answer. Returns at once.
    void note_hanging(PlaceNumber place);
    /// Looks at the disk again, now; returns when it answers.
    void check(PlaceNumber place);

  private:
    struct Disk {
        PlaceEntry entry;
        std::unique_ptr<ObjectStore> objects;
        std::string unconnected;  ///< why there is no client for an archive
        bool records = true;
        std::atomic<PlaceState> state = PlaceState::good;
        std::string message;
        std::uint64_t capacity = 0;
        std::uint64_t free = 0;
        std::chrono::steady_clock::time_point failed_at{};
        std::atomic<std::chrono::steady_clock::rep> looked_at_since = 0;  ///< 0: nobody looks
        std::atomic<bool> is_watched_no_more = false;
        std::jthread watcher;
    };
    Places(const Layout& layout, PlaceWatch watch);
    void add(PlaceEntry entry, bool records);
    static std::string why_away(const Disk& disk);
    void watch(Disk& disk, const std::stop_token& stop);
    void oversee(const std::stop_token& stop);
    bool is_late(const Disk& disk) const;
    void look(Disk& disk);
    void set(Disk& disk, PlaceState state, std::string why);
    const Disk& at(PlaceNumber place) const { return *disks_.at(place); }
    static PlaceStatus status_of(const Disk& disk);

    const PlaceWatch watch_;
    const ConnectArchive connect_;
    std::optional<PlaceNumber> archive_;
    std::map<PlaceNumber, std::unique_ptr<Disk>> disks_;  ///< does not change once it is open
    mutable std::mutex mutex_;
    bool is_stopped_ = false;
    std::condition_variable_any waiting_;
    std::map<CameraId, std::string> preferred_;
    std::jthread overseer_;
};

/// The file of a segment, wherever it lies now; `likely` is looked at first. corrupt: it is missing.
/// unavailable: it may lie on a disk that is away.
Result<SegmentSource> open_segment_file(const Places& places, PlaceNumber likely, const SegmentId& id,
                                        std::int32_t day);

/// Makes the folder that closed segments of the day lie in, but nothing in a folder whose disk is away.
Result<> make_day_folder(const MediaFolder& media, StreamKey stream, std::int32_t day);

/// The words of the state: "good", "full", "read_only", "failing", "away", "hanging".
std::string_view to_string(PlaceState state);

}  // namespace vedette::vault
