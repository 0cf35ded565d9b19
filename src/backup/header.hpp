#pragma once
// The beginning of a backup file (docs/ref/backup-format.md): when it was made, how its passphrase is
// stretched, and whether a key is the right one. No I/O.

#include "keystore/passphrase.hpp"

namespace vedette::backup {

struct Header {
    UtcTime made_at;
    keystore::Stretching stretching;
    std::array<std::byte, 32> check{};  ///< of the key over all before it

    /// corrupt when it is no backup, unsupported for a newer version. Takes the first `size` bytes of a file.
    static Result<Header> parse(ByteView bytes);
    static const std::size_t size;
    Bytes print() const;

    /// For a new file: the check by the key.
    void seal(const Secret& key);
    /// The key that the passphrase gives; unauthenticated when it is another. Slow and hungry on purpose.
    Result<Secret> open(const Secret& passphrase) const;

  private:
    Bytes checked() const;
};

}  // namespace vedette::backup
