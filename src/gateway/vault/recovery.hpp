#pragma once
// What happens at start before the writer runs: mend what a crash left behind, and, when the index is gone,
// make it again from the files.

#include <set>

#include "crypto/tile_log.hpp"
#include "gateway/vault/index.hpp"
#include "gateway/vault/keys.hpp"
#include "gateway/vault/writer.hpp"

namespace vedette::vault {

struct Recovered {
    std::map<StreamKey, StreamPosition> positions;
    std::vector<SegmentInfo> segments;  ///< in the open folder, all of them in the log now
    std::size_t signed_records = 0;     ///< that were synced or written, and not in the log yet
    std::size_t cut_files = 0;
    std::uint64_t cut_bytes = 0;
    std::size_t damaged_files = 0;  ///< in which something that was signed is damaged or missing
    std::uint64_t greatest_run = 0;
    std::vector<RecordHeader> events;  ///< of the recorder, that the log has behind what the index knows
    /// Streams of cameras whose deletion was noted, while neither log nor index are known to say so: they go
    /// on behind it, and what is missing in front takes a statement.
    std::set<StreamKey> unexplained;
};

/// `is_new_log`: the log was begun anew, and whatever is whole in the open folder is signed again.
/// Cuts torn tails, brings whole records into the log (not published yet) and says where each stream goes on.
Result<Recovered> recover(const Layout& layout, const Places& places, const KeyStore& keys,
                          const RetentionBook& book, Index& index, crypto::TileLog& log, bool is_new_log);

/// While the writer runs: files that somebody else left in the open folder of a place that was away. What the
/// log speaks of from `scan_from` to `log_size` is kept, what is behind it cut off, and what is left of each
/// file given back. Files without anything in the log are removed.
Result<std::vector<SegmentInfo>> mend_returned(const Layout& layout, const Places& places, PlaceNumber place,
                                               const std::vector<SegmentId>& ids, std::uint64_t scan_from,
                                               std::uint64_t log_size);

struct Rebuilt {
    std::size_t segments = 0;
    std::size_t fragments = 0;
    std::size_t damaged_files = 0;
};
/// Fills an empty index from the segment files that are closed, and notes which disks are away: what lies
/// there comes in when they are back. Needs no keys.
Result<Rebuilt> rebuild_index(const Places& places, Index& index);

/// Reads one segment file into the form that the index holds. `only`: no records of other organisations.
Result<SegmentInfo> read_segment(const SegmentSource& file, const SegmentId& id, bool& damaged,
                                 std::optional<OrganisationId> only = std::nullopt);
Result<SegmentInfo> read_segment(const std::filesystem::path& path, const SegmentId& id, bool& damaged,
                                 std::optional<OrganisationId> only = std::nullopt);

}  // namespace vedette::vault
