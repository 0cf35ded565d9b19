#pragma once
// The bytes behind a backup's header: blocks of 1 MiB, each a Cobblestone-256 message that is bound to the
// header, to its number, and to whether it is the last. So nothing can be changed, moved, added or cut off.

#include "base/file.hpp"
#include "crypto/cobblestone.hpp"

namespace vedette::backup {

inline constexpr std::size_t block_size = 1 << 20;

/// What both sides bind a block to.
Bytes block_context(ByteView header, std::uint64_t number, bool is_last);

/// Appends to a file that holds the header. `file` and `key` outlive it. Blocking.
class SealedWriter {
  public:
    SealedWriter(const File& file, const Secret& key, Bytes header);
    ~SealedWriter() { wipe(plain_); }
    SealedWriter(const SealedWriter&) = delete;
    SealedWriter& operator=(const SealedWriter&) = delete;

    Result<> write(ByteView bytes);
    /// The last block. Nothing is synced.
    Result<> finish();

  private:
    Result<> seal(bool is_last);
    const File& file_;
    const Secret& key_;
    Bytes header_;
    crypto::CobblestoneSealer sealer_;
    Bytes plain_;
    Bytes sealed_;
    std::uint64_t number_ = 0;
};

/// Reads it again. `file` and `key` outlive it. Blocking.
class SealedReader {
  public:
    SealedReader(const File& file, const Secret& key, Bytes header);
    ~SealedReader() { wipe(plain_); }
    SealedReader(const SealedReader&) = delete;
    SealedReader& operator=(const SealedReader&) = delete;

    /// Fills as much of `out` as there is; less only at the end. corrupt when the block was changed, or the
    /// file was cut off.
    Result<std::size_t> read(std::span<std::byte> out);

  private:
    Result<> open_next();
    const File& file_;
    const Secret& key_;
    Bytes header_;
    std::uint64_t offset_;
    std::uint64_t number_ = 0;
    Bytes plain_;
    std::size_t used_ = 0;
    bool is_last_ = false;
};

}  // namespace vedette::backup
