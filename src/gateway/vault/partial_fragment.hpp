#pragma once
// A fragment as it lies on disk, opened only as far as it is asked for.

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "gateway/vault/cursor.hpp"

namespace vedette::vault {

/// Reads and decrypts chunks of 16 KiB, and no others; under light encryption, where most lies in clear, the
/// whole. Blocking; one thread at a time. It goes on when the recording is deleted meanwhile.
class PartialFragment {
  public:
    /// `read_whole` is asked for a fragment under light encryption. not_found when the day's key was
    /// destroyed, else as reading the whole record.
    static Result<std::shared_ptr<PartialFragment>> open(const ReadParts& parts, StreamKey stream,
                                                         const SegmentInfo& segment, const RecordRow& row,
                                                         const std::function<Result<Bytes>()>& read_whole);

    /// Of the plaintext.
    std::size_t size() const { return opener_ ? opener_->plain_size() : whole_.size(); }
    /// Bytes [offset, offset + size) of the plaintext. invalid_input when they leave it, corrupt when a chunk
    /// that holds them was altered.
    Result<Bytes> read(std::size_t offset, std::size_t size);

    /// Also of what was fetched later: then of its own stream.
    const RecordHeader& header() const { return header_; }
    const SegmentId& segment() const { return segment_; }

  private:
    PartialFragment(SegmentSource file, SegmentId segment) : file_(std::move(file)), segment_(segment) {}
    Result<> load(std::size_t first_chunk, std::size_t end_chunk);

    SegmentSource file_;
    SegmentId segment_;
    RecordHeader header_;
    Bytes sealed_;                                     ///< zeros where nothing was read yet
    std::vector<bool> loaded_;                         ///< by chunk
    std::optional<crypto::CobblestoneOpener> opener_;  ///< unset: it is in `whole_`
    Bytes whole_;
};

}  // namespace vedette::vault
