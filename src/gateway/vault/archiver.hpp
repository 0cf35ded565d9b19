#pragma once
// Recordings that are old enough move to the archive: copied, read back, noted in the index, and only then
// removed where they were.

#include "gateway/vault/expiry.hpp"

namespace vedette::vault {

/// Blocking; the thread that deletes by rules.
class Archiver {
  public:
    /// Segments whose recordings ended so long ago move to the place `archive`.
    Archiver(Expirer::Parts parts, PlaceNumber archive, Ticks90k after)
        : parts_(parts), archive_(archive), after_(after) {}

    /// Moves what is to be moved, the oldest of each stream first; true when that was all, and false when
    /// time was up. What a crash cut off is done again, and what it left twice is removed.
    Result<bool> run(const std::function<bool()>& is_stopping);
    /// What keeps recordings from being archived: one sentence; empty when nothing does.
    const std::string& problem() const { return problem_; }

  private:
    Result<> care(const std::function<bool()>& is_stopping);
    Result<bool> run_stream(StreamKey stream, UtcTime before, const std::function<bool()>& may_go_on);
    Result<> move(const SegmentBrief& segment);
    Result<> copy_to(const MediaFolder& archive, File from, const SegmentBrief& segment) const;
    Result<> copy_to(ObjectStore& objects, const File& from, const SegmentBrief& segment) const;
    static Result<> compare(const SegmentSource& copy, const crypto::Sha256Digest& expected,
                            const std::string& name);
    Result<> remove_copy(const SegmentBrief& segment) const;

    Expirer::Parts parts_;
    const PlaceNumber archive_;
    const Ticks90k after_;
    std::map<StreamKey, SegmentBrief> reached_;  ///< what is older was looked at
    std::optional<UtcTime> cared_at_;            ///< looked for what does not belong there
    std::uint64_t unknown_ = 0;                  ///< objects that are told of already
    std::string problem_;
};

}  // namespace vedette::vault
