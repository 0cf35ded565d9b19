#pragma once
// What lies where recordings do, and the log does not speak of: on disks, in an archive directory, in a
// bucket.

#include <functional>
#include <set>

#include "gateway/vault/places.hpp"
#include "gateway/vault/verify_log.hpp"

namespace vedette::vault {

class StrangerCheck {
  public:
    using Tell = std::function<void(Fault)>;
    /// All of them outlive it.
    StrangerCheck(const Places& places, LogCheck& log, Tell tell)
        : places_(places), log_(log), tell_(std::move(tell)) {}

    /// To be called before the checkpoint is read: what is listed and not in the log is then a stranger or
    /// the tail.
    void list();
    /// The log speaks of the segment: its file, wherever it lies, is no stranger.
    void find(const SegmentId& id, const RecordHeader& header);

    struct Scope {
        std::optional<CameraId> camera;  ///< only this one's
        std::optional<UtcInterval> interval;
        std::optional<UtcTime> log_started;  ///< the log was begun anew then
        OrganisationId organisation;         ///< of the log's entries
        std::function<std::uint64_t(StreamKey)>
            next_sequence;  ///< behind what the log says of a stream; 0: nothing
        bool is_partial() const { return camera || interval; }
    };
    struct Found {
        std::uint64_t leftovers = 0;      ///< files of deleted recordings
        std::uint64_t unsigned_tail = 0;  ///< bytes behind the checkpoint
        std::uint64_t strangers = 0;      ///< files and objects that nobody knows; told as faults
        std::uint64_t unfinished = 0;     ///< copies into an archive that were not finished, or go on
        std::map<std::string, Beside> beside;
    };
    /// What the log did not speak of.
    Found judge(const Scope& scope);

  private:
    // Files of one stream with the same fault.
    struct Group {
        std::uint64_t files = 0;
        std::optional<UtcInterval> interval;
        std::filesystem::path example;
        bool is_of_others = false;
    };
    using Groups = std::map<std::pair<StreamKey, OrganisationId>, Group>;

    void list_folder(const std::filesystem::path& media);
    void list_arriving(const std::filesystem::path& arriving);
    void list_beside(PlaceNumber place);
    void list_objects(PlaceNumber place, ObjectStore& objects);
    void judge_file(const Scope& scope, const std::filesystem::path& path, Groups& groups);
    void judge_object(const Scope& scope, const std::filesystem::path& path, Groups& groups);
    void judge_arriving(const Scope& scope);
    void add(const Scope& scope, const SegmentId& id, const std::filesystem::path& path,
             const SegmentSource& source, Groups& groups) const;
    void tell_of(const Scope& scope, const Groups& groups);
    bool is_left_over(const std::filesystem::path& path) const;

    const Places& places_;
    LogCheck& log_;
    Tell tell_;
    Found found_;
    std::set<std::filesystem::path> files_;
    std::map<std::filesystem::path, std::pair<ObjectStore*, std::string>> objects_;  // store, name
    std::set<std::filesystem::path> arriving_;
};

}  // namespace vedette::vault
