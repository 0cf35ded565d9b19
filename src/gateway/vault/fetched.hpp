#pragma once
// What was fetched later from a camera's own storage: found by its time, since gaps are filled in any order.

#include <deque>

#include "gateway/vault/cursor.hpp"

namespace vedette::vault {

/// Walks over the fragments of a stream of fetched_of(), in the order of their time.
class FetchedCursor {
  public:
    FetchedCursor(ReadParts parts, StreamKey stream, UtcTime from)
        : parts_(parts), stream_(stream), from_(from), reader_(parts, stream) {}
    /// A PlayInit before the first fragment of each run; nullopt when there is nothing further now.
    Result<std::optional<PlayItem>> next();

  private:
    struct Found {
        std::size_t segment = 0;  ///< in segments_
        RecordRow row;
    };
    Result<bool> look_ahead();

    ReadParts parts_;
    StreamKey stream_;
    UtcTime from_;  ///< what begins earlier was given, but for the first look
    bool looked_ = false;
    std::vector<SegmentInfo> segments_;
    std::deque<Found> found_;  ///< by time
    RecordReader reader_;
};

/// Puts `fetched` into the gaps of `live`: cuts off what is recorded live as well, and shortens the gaps.
void fill_gaps(Recordings& live, const std::vector<RecordedRange>& fetched);

/// find_recordings() of a live stream, with what was fetched of it.
Result<Recordings> find_all_recordings(const ReadParts& parts, StreamKey stream, UtcInterval interval);

}  // namespace vedette::vault
