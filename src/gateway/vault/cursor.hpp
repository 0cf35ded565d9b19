#pragma once

#include "gateway/vault/catalogue.hpp"
#include "gateway/vault/index.hpp"
#include "gateway/vault/keys.hpp"
#include "gateway/vault/places.hpp"
#include "gateway/vault/segment_file.hpp"
#include "gateway/vault/vault.hpp"

namespace vedette::vault {

/// What readers need of the vault.
struct ReadParts {
    const Places* places;
    KeyStore* keys;
    const Index* index;
    const Catalogue* catalogue;
    ReadLimits limits{};
};

/// Reads records of one stream, file by file.
class RecordReader {
  public:
    RecordReader(ReadParts parts, StreamKey stream) : parts_(parts), stream_(stream) {}
    /// The segment that the next rows are of.
    void use(SegmentInfo segment);
    const std::optional<SegmentInfo>& segment() const { return segment_; }
    /// A fragment; before the first one of a run its PlayInit, and then the fragment by take_waiting().
    Result<PlayItem> play(const RecordRow& row);
    /// Whether what play() gave is damage because the segment was deleted since it was found.
    Result<bool> was_deleted(const PlayItem& item) const;
    std::optional<PlayItem> take_waiting() { return std::exchange(waiting_, std::nullopt); }

  private:
    Result<Bytes> read_sealed(const RecordRow& row, RecordHeader& header);
    Result<PlayFragment> read_fragment(const RecordRow& row);

    ReadParts parts_;
    StreamKey stream_;
    std::optional<SegmentInfo> segment_;
    SegmentSource file_;                     ///< of `segment_`
    std::optional<std::uint64_t> init_run_;  ///< the run whose init was given last
    std::optional<PlayItem> waiting_;
};

/// Walks over the records of one stream, in the order of their sequence.
class StreamCursor {
  public:
    StreamCursor(ReadParts parts, StreamKey stream, UtcTime from)
        : parts_(parts), stream_(stream), from_(from), reader_(parts, stream) {}
    /// As Cursor::next().
    Result<std::optional<PlayItem>> next();

  private:
    Result<bool> position();
    Result<bool> find_segment();

    ReadParts parts_;
    StreamKey stream_;
    UtcTime from_;
    std::uint64_t next_sequence_ = 0;
    bool positioned_ = false;
    RecordReader reader_;
};

/// What one stream has recorded; in the gaps of a live stream nothing is filled.
Result<Recordings> find_recordings(const ReadParts& parts, StreamKey stream, UtcInterval interval);

}  // namespace vedette::vault
