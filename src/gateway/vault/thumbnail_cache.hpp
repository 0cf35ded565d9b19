#pragma once
// Thumbnails that were made once, sealed under the day key of what they show. Everything in it can be made
// again from the recordings.

#include <deque>
#include <functional>
#include <mutex>

#include "gateway/vault/cursor.hpp"

namespace vedette::vault {

/// What one shows: a picture of a fragment.
struct ThumbnailName {
    SegmentId segment;
    std::int32_t day = 0;
    std::uint64_t sequence = 0;  ///< of the fragment
    std::uint32_t sample = 0;    ///< of the picture in it
    friend bool operator==(const ThumbnailName&, const ThumbnailName&) = default;
};

/// More is not kept of one.
inline constexpr std::size_t max_thumbnail_bytes = 256u << 10;

/// Thread-safe. Blocking. What fails leaves it out: it is a cache.
class ThumbnailCache {
  public:
    /// `layout` and `parts` outlive it. Of more than `max_bytes` on disk the oldest go.
    ThumbnailCache(const Layout& layout, ReadParts parts, std::uint64_t max_bytes)
        : layout_(&layout), parts_(parts), max_bytes_(max_bytes) {}

    /// nullopt: it is not there, its day's key was destroyed, or it was altered.
    std::optional<Bytes> find(const ThumbnailName& name) const;
    /// Keeps nothing of a segment that is not there any more.
    void keep(const ThumbnailName& name, ByteView jpeg);
    /// Of the stream's segments that begin in [first, end). After they left the index.
    void forget(StreamKey stream, std::int32_t day, std::uint64_t first_sequence, std::uint64_t end_sequence);
    /// After the camera's segments left the index.
    void forget(CameraId camera);

  private:
    struct Kept {
        std::filesystem::path path;
        std::uint64_t bytes = 0;
    };
    void look_through();
    void remove_where(const std::function<bool(const Kept&)>& goes);

    const Layout* layout_;
    ReadParts parts_;
    std::uint64_t max_bytes_;
    std::mutex mutex_;
    bool known_ = false;     ///< what lies there from before
    std::deque<Kept> kept_;  ///< the oldest first
    std::uint64_t bytes_ = 0;
};

}  // namespace vedette::vault
