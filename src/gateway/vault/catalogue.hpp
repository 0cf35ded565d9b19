#pragma once
// Segments that are not in the index yet, as far as they are synced: the writer adds, readers look.

#include <map>
#include <mutex>

#include "gateway/vault/segment_info.hpp"

namespace vedette::vault {

/// Thread-safe. A segment leaves it only after it has come into the index, so looking here first and in the
/// index afterwards misses nothing.
class Catalogue {
  public:
    /// Adds synced records to the segment, which need not be there yet.
    void add(const SegmentInfo& part);
    void remove(const SegmentId& id);
    void remove_camera(CameraId camera);

    /// All segments of the stream, by sequence. Copies: use the ones below for one record.
    std::vector<SegmentInfo> segments(StreamKey stream) const;
    std::optional<SegmentInfo> segment_from(StreamKey stream, std::uint64_t sequence) const;
    std::optional<std::uint64_t> first_after(StreamKey stream, UtcTime from) const;

    bool has_day(CameraId camera, std::int32_t day) const;
    bool contains(const SegmentId& id) const;
    std::uint64_t bytes() const;

  private:
    mutable std::mutex mutex_;
    std::map<SegmentId, SegmentInfo> segments_;
};

}  // namespace vedette::vault
