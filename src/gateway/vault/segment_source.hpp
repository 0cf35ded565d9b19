#pragma once
// The bytes of a segment, wherever it lies.

#include "gateway/vault/object_store.hpp"

namespace vedette::vault {

/// A file, or an object of an archive that outlives it. Belongs to one thread.
class SegmentSource {
  public:
    SegmentSource() = default;
    explicit SegmentSource(File file) : file_(std::move(file)) {}
    SegmentSource(ObjectStore& objects, std::string key) : objects_(&objects), key_(std::move(key)) {}

    bool is_open() const { return file_.is_open() || objects_ != nullptr; }
    void close();
    /// As File::read_at().
    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const;
    Result<std::uint64_t> size() const;

  private:
    File file_;
    ObjectStore* objects_ = nullptr;
    std::string key_;
    // What is read next is mostly what follows: an answer costs more than its bytes.
    mutable Bytes ahead_;
    mutable std::uint64_t ahead_offset_ = 0;
};

}  // namespace vedette::vault
