#pragma once
// A segment file: writing records at its end, and finding them again.

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "base/file.hpp"
#include "gateway/vault/segment_info.hpp"
#include "gateway/vault/segment_source.hpp"

namespace vedette::vault {

/// Memory for one record at a time, aligned for O_DIRECT; one per writer, not per camera.
class RecordBuffer {
  public:
    RecordBuffer() = default;
    ~RecordBuffer();
    RecordBuffer(const RecordBuffer&) = delete;
    RecordBuffer& operator=(const RecordBuffer&) = delete;
    /// At least `size` bytes, a multiple of block_size. Content is undefined.
    std::span<std::byte> reserve(std::size_t size);

  private:
    std::byte* data_ = nullptr;
    std::size_t capacity_ = 0;
};

/// Sets the sizes of `header` to those that a RecordBuilder will give, so that what follows a sealed record
/// can be placed before it is built. `clear` is empty unless it is for build_light().
void set_sealed_sizes(RecordHeader& header, std::span<const ByteView> pieces,
                      const std::vector<ClearRange>& clear);

/// Seals and lays out records. Not thread-safe.
class RecordBuilder {
  public:
    /// Completes `header` (plain_size, payload_size, digest) and gives the record's bytes, valid until the
    /// next call. `key` seals init and fragment; others are stored in clear and have one piece.
    ByteView build(RecordHeader& header, const Secret* key, std::span<const ByteView> pieces);
    /// The same of a fragment of which `clear`, as are_clear_ranges() takes it, stays in clear.
    ByteView build_light(RecordHeader& header, const Secret& key, std::span<const ByteView> pieces,
                         const std::vector<ClearRange>& clear);
    const Entry& entry() const { return entry_; }

  private:
    ByteView finish(RecordHeader& header, std::span<std::byte> record);

    RecordBuffer buffer_;
    crypto::CobblestoneSealer sealer_;
    crypto::Sha256 digest_;
    Entry entry_{};
};

/// A segment file that grows. Not thread-safe.
class SegmentFile {
  public:
    /// Creates the file; it must not exist. O_DIRECT where the file system takes it.
    static Result<SegmentFile> create(const std::filesystem::path& path);

    /// Appends a record of whole blocks that was built for block `at`. What lies there, and is given up, is
    /// cut off first; an error where a record before it is missing. After an error the file is as before, or
    /// is cut back by the next call.
    Result<> append(ByteView record, std::uint32_t at);
    Result<> sync();
    /// Cuts off what a failure left behind the last record; to be called before the file counts as closed.
    Result<> settle();
    /// Cuts the file back to this many blocks; after an error settle() or append() tries again.
    Result<> truncate(std::uint32_t blocks);
    std::uint32_t blocks() const { return blocks_; }

  private:
    explicit SegmentFile(File file) : file_(std::move(file)) {}
    File file_;
    std::uint32_t blocks_ = 0;
    bool torn_ = false;
};

using SegmentFiles = std::vector<std::shared_ptr<SegmentFile>>;

/// Syncs them, many in several threads; `note_progress` is called after each, from any of these.
std::vector<Result<>> sync_together(const SegmentFiles& files,
                                    const std::function<void()>& note_progress = {});

/// What a walk over a segment file found at one place.
struct ScannedRecord {
    RecordHeader header;
    Entry entry{};
    std::optional<GapText> gap;
};
struct ScanEnd {
    std::uint32_t blocks = 0;  ///< where the last good record ends
    std::uint64_t file_size = 0;
    bool damaged = false;  ///< something that is no good record lies before the end of the file
};

/// Decides whether a record's payload has to be checked against its digest as well.
using NeedsPayload = std::function<bool(const RecordHeader&)>;

/// Walks over the records of a file in order. With `resync` it goes on after damage at the next block that
/// carries a good header; without, it stops there.
Result<ScanEnd> scan_segment(const SegmentSource& file, bool resync, const NeedsPayload& needs_payload,
                             const std::function<void(ScannedRecord)>& found);
Result<ScanEnd> scan_segment(const std::filesystem::path& path, bool resync,
                             const NeedsPayload& needs_payload,
                             const std::function<void(ScannedRecord)>& found);

/// Checks payload and padding of the record against its header.
Result<> check_payload(const SegmentSource& file, const RecordHeader& header, Bytes& scratch);

}  // namespace vedette::vault
