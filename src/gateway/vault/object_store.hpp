#pragma once
// An archive that is no file system: objects with names, which are written once, read in parts and removed.

#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/time.hpp"
#include "crypto/digest.hpp"

namespace vedette::vault {

struct StoredObject {
    std::string key;
    UtcTime modified;  ///< by the archive's clock
    friend bool operator==(const StoredObject&, const StoredObject&) = default;
};

/// All member functions are thread-safe, block, and end within a bounded time. Errors are sentences for the
/// operator: not_found (of an object), unavailable and timeout (nobody answers), forbidden (the key does not
/// count), exhausted, corrupt.
class ObjectStore {
  public:
    virtual ~ObjectStore() = default;
    /// Writes all `size` bytes of the file, whose SHA-256 is `digest`. What had the name before is replaced.
    virtual Result<> put(const std::string& key, const File& file, std::uint64_t size,
                         const crypto::Sha256Digest& digest) = 0;
    virtual Result<> put(const std::string& key, ByteView bytes) = 0;
    /// Fills as much of `out` as the object has from `offset`; the number of bytes read.
    virtual Result<std::size_t> read(const std::string& key, std::uint64_t offset,
                                     std::span<std::byte> out) = 0;
    virtual Result<std::uint64_t> size(const std::string& key) = 0;
    /// All objects whose names begin so.
    virtual Result<std::vector<StoredObject>> list(const std::string& prefix) = 0;
    /// One that is not there is no error.
    virtual Result<> remove(const std::string& key) = 0;
    /// Ends what goes on, at once; from then on everything fails with `cancelled`.
    virtual void interrupt() = 0;
};

}  // namespace vedette::vault
