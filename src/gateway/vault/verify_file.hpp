#pragma once
// The second half of a verification: one segment file against the entries that speak of it.

#include <map>

#include "gateway/vault/places.hpp"
#include "gateway/vault/segment_file.hpp"

namespace vedette::vault {

class SegmentCheck {
  public:
    /// Opens the file of the segment, wherever the recorder has it at this moment; `likely` is where the
    /// index says. `fast`: payloads are not read.
    SegmentCheck(const Places& places, std::optional<PlaceNumber> likely, const SegmentId& id,
                 std::int32_t day, bool fast);

    const SegmentId& id() const { return id_; }
    /// Where it should lie once it is closed.
    const std::filesystem::path& path() const { return path_; }
    /// Why nothing in the file can be checked; empty when something can.
    const std::string& unusable() const { return unusable_; }
    /// It is nowhere, and its disk is away: the disk's name. Nothing can be said about it then.
    const std::string& away() const { return away_; }

    /// Empty when the record is there as it was signed, or else a sentence. To be called in the log's order.
    std::string check(const RecordHeader& header, ByteView entry);
    /// What the gap says that was checked last.
    const GapText& gap() const { return gap_; }
    /// Records up to this block are there, it is said, and not checked.
    void pass(std::uint64_t end_block) { end_block_ = std::max(end_block_, end_block); }

    /// Records that are untouched but lie where they were not signed to lie. What was cut out explains it.
    std::uint64_t displaced() const { return anything_missing_ ? 0 : displaced_; }
    /// Bytes behind the last record that was checked.
    std::uint64_t bytes_behind() const;
    std::uint64_t end_block() const { return end_block_; }
    bool is_open_still() const;

  private:
    Result<> check_content(const RecordHeader& header);
    std::string check_elsewhere(const RecordHeader& header, ByteView entry);
    void find_places();

    bool open_file(const Places& places, PlaceNumber place, std::int32_t day, Result<>& opened);

    bool fast_;
    SegmentId id_;
    std::filesystem::path path_;
    std::filesystem::path open_path_;
    SegmentSource file_;
    std::string unusable_;
    std::string away_;
    std::uint64_t end_block_ = 0;
    std::uint64_t displaced_ = 0;
    bool anything_missing_ = false;
    // Of a file in which something is not in its place: where its records are.
    std::optional<std::map<std::uint64_t, std::uint32_t>> places_;
    Bytes scratch_;
    GapText gap_;
};

}  // namespace vedette::vault
